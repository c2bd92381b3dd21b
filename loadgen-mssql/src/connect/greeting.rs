//! The first words of TDS, said by ourselves: whether a server is one of TDS, and whether it offers TLS.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// A server of TDS, and whether it can do TLS.
    Tds(bool),
    /// Something else, by its first byte.
    Other(u8),
    /// It closed the connection.
    Nothing,
}

/// PRELOGIN, in one packet: version 0, and that only the sign-in is to be encrypted.
const PRELOGIN: [u8; 26] = [
    0x12, 0x01, 0, 26, 0, 0, 1, 0, // header
    0, 0, 11, 0, 6, // the version is at 11, 6 bytes
    1, 0, 17, 0, 1, // the encryption at 17, 1 byte
    0xff, 0, 0, 0, 0, 0, 0, 0,
];

/// Greets the server. Carries no deadline.
pub(super) async fn greet(stream: &mut TcpStream) -> io::Result<Greeting> {
    stream.write_all(&PRELOGIN).await?;
    let mut header = [0; 8];
    match stream.read(&mut header[..1]).await {
        Ok(0) => return Ok(Greeting::Nothing),
        Ok(_) if header[0] != 0x04 => return Ok(Greeting::Other(header[0])),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(Greeting::Nothing),
        Err(error) => return Err(error),
    }
    stream.read_exact(&mut header[1..]).await?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let mut body = vec![0; length.saturating_sub(header.len())];
    stream.read_exact(&mut body).await?;
    Ok(Greeting::Tds(encryption(&body) != Some(NOT_SUPPORTED)))
}

/// `ENCRYPT_NOT_SUP`.
const NOT_SUPPORTED: u8 = 2;

/// The byte of the option ENCRYPTION.
fn encryption(body: &[u8]) -> Option<u8> {
    let option = body.chunks_exact(5).take_while(|option| option[0] != 0xff).find(|option| option[0] == 1)?;
    body.get(usize::from(u16::from_be_bytes([option[1], option[2]]))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_is_found_among_others() {
        let body = [0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 2, 0, 23, 0, 1, 0xff, 15, 0, 0, 1, 0, 0, 2, 0];
        assert_eq!(encryption(&body), Some(2));
        assert_eq!(encryption(&PRELOGIN[8..]), Some(0));
        assert_eq!(encryption(&[0xff]), None);
        assert_eq!(encryption(&[1, 0, 99, 0, 1, 0xff]), None);
    }
}
