//! A server that greets and lets nobody in: a fake, as the mock knows no such answer.

use mssql_mock_tds::{
    TerminalError,
    protocol::{build_prelogin_response, build_terminal_error_tokens},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The port of a server that refuses every login with this error.
pub(crate) async fn refuse(number: u32, severity: u8) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = TerminalError::new(number, severity, "you may not come in.");
    let tokens = build_terminal_error_tokens(&error);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            packet(&mut stream).await;
            stream.write_all(&build_prelogin_response()).await.unwrap();
            packet(&mut stream).await;
            let length = u16::try_from(tokens.len() + 8).unwrap().to_be_bytes();
            stream.write_all(&[4, 1, length[0], length[1], 0, 0, 1, 0]).await.unwrap();
            stream.write_all(&tokens).await.unwrap();
        }
    });
    port
}

async fn packet(stream: &mut TcpStream) {
    let mut header = [0; 8];
    stream.read_exact(&mut header).await.unwrap();
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    stream.read_exact(&mut vec![0; length - 8]).await.unwrap();
}
