//! Aligned columns for people.

use std::fmt::Write;

use crate::style::Style;

/// The widest line.
pub(crate) const WIDTH: usize = 100;

/// Cells that are longer push those behind them out of line, rather than all others far to the right.
const WIDEST_COLUMN: usize = 60;

/// Rows of cells under a head. Columns of numbers are aligned to the right.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The widest line.
    widest: usize,
    /// The widest column.
    widest_column: usize,
}

impl Grid {
    pub(crate) fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Grid {
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            widest: WIDTH,
            widest_column: WIDEST_COLUMN,
        }
    }

    /// The same, with lines and columns of any length.
    pub(crate) fn uncut(self) -> Self {
        Grid { widest: usize::MAX, widest_column: usize::MAX, ..self }
    }

    /// The same, with lines of at most so many characters.
    pub(crate) fn within(mut self, widest: usize) -> Self {
        self.widest = widest;
        self
    }

    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the head and the rows, each line behind `indent` blanks; long ones are cut.
    pub(crate) fn write(&self, text: &mut String, indent: usize, style: Style) {
        let columns = self.head.len();
        let numeric: Vec<bool> = (0..columns).map(|column| self.is_numeric(column)).collect();
        let widths: Vec<usize> = (0..columns).map(|column| self.width(column)).collect();
        for (index, row) in std::iter::once(&self.head).chain(&self.rows).enumerate() {
            let mut line = " ".repeat(indent);
            for (column, cell) in row.iter().enumerate() {
                let gap = if column == 0 { "" } else { "  " };
                let width = widths[column];
                let _ = match numeric[column] {
                    true => write!(line, "{gap}{cell:>width$}"),
                    false => write!(line, "{gap}{cell:<width$}"),
                };
            }
            let line = cut(line.trim_end(), self.widest);
            let _ = writeln!(text, "{}", if index == 0 { style.head(&line) } else { line });
        }
    }

    fn is_numeric(&self, column: usize) -> bool {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        let mut cells = cells.peekable();
        cells.peek().is_some() && cells.all(|cell| is_number(cell))
    }

    fn width(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.head).chain(&self.rows).filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.min(self.widest_column)
    }
}

/// Digits with what `units` puts between and behind them.
fn is_number(cell: &str) -> bool {
    let unit = cell.strip_suffix("/s").unwrap_or(cell);
    unit.starts_with(|c: char| c.is_ascii_digit())
        && unit.chars().all(|c| c.is_ascii_digit() || ",.".contains(c))
}

/// At most so many characters, with a mark where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= width {
        return flat;
    }
    let mut short: String = flat.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_lines_stay_narrow() {
        let mut grid = Grid::new(["name", "rows", "note"]);
        grid.row(["a", "5", "x"]);
        grid.row(["orders", "1,000", &"y".repeat(200)]);
        let mut text = String::new();
        grid.write(&mut text, 2, Style::plain());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["  name     rows  note", "  a           5  x"]);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn long_names_leave_the_numbers_behind_them_in_line() {
        let mut grid = Grid::new(["table", "rows"]).uncut();
        grid.row(["public.".to_owned() + &"n".repeat(63), "5".to_owned()]);
        grid.row(["public.a", "1,000"]);
        let mut text = String::new();
        grid.write(&mut text, 2, Style::plain());
        assert!(text.lines().all(|line| line.chars().count() == 2 + 70 + 2 + 5), "{text}");
    }
}
