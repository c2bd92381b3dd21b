//! Lines and bars on one terminal.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::*;

/// A terminal of which only what is written is kept; lines are filled up with blanks.
#[derive(Clone, Debug, Default)]
struct Screen(Arc<Mutex<String>>);

impl TermLike for Screen {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(&format!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write_str("<clear>")
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn log_lines_stand_above_the_bars() {
    let screen = Screen::default();
    let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
    let shown = MultiProgress::with_draw_target(target);
    keep_above(shown.clone());
    let bar = shown.add(ProgressBar::new(9));
    bar.set_style(ProgressStyle::with_template("{msg}").unwrap());
    bar.set_message("the bar");
    Log.write_all(b"WARN a log line\n").unwrap();
    clear_bars();
    Log.write_all(b"on the standard error again\n").unwrap();
    let written = screen.0.lock().unwrap().clone();
    let words: Vec<&str> = written.split_whitespace().collect();
    assert_eq!(words.join(" "), "the bar <clear>WARN a log line the bar <clear>");
}
