//! A wire that is cut when certain words come along.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens to the words that it is cut at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// They do not get there.
    Before,
    /// They get there, and the answer does not come back.
    Behind,
}

/// The port of a wire to the server at `port`.
pub(crate) async fn wire(port: u16, words: &'static str, cut: Cut) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(carry(client, server, words, cut));
        }
    });
    own
}

async fn carry(mut client: TcpStream, mut server: TcpStream, words: &str, cut: Cut) {
    let words: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = &asked[..read.unwrap_or_default()];
                let is_it = asked.windows(words.len()).any(|window| window == words);
                let goes_on = !asked.is_empty() && (!is_it || cut == Cut::Behind);
                if !goes_on || server.write_all(asked).await.is_err() || is_it {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let answered = &answered[..read.unwrap_or_default()];
                if answered.is_empty() || client.write_all(answered).await.is_err() {
                    return;
                }
            }
        }
    }
}
