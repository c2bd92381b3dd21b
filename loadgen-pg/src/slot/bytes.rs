//! Bytes that are taken from the front.

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Torn {
    #[error("it ends too early")]
    Short,
    #[error("it is {0} bytes too long")]
    Long(usize),
    #[error("{:?} is nothing that is known there", char::from(*.0))]
    Kind(u8),
    #[error("a name in it is not UTF-8")]
    Text,
}

/// What is left of a message.
#[derive(Debug)]
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Bytes(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Torn> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    pub(super) fn short(&mut self) -> Result<u16, Torn> {
        self.fixed().map(u16::from_be_bytes)
    }

    pub(super) fn number(&mut self) -> Result<u32, Torn> {
        self.fixed().map(u32::from_be_bytes)
    }

    /// Text that ends with a zero.
    pub(super) fn text(&mut self) -> Result<String, Torn> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(Torn::Short)?;
        let text = self.take(end)?;
        self.skip(1)?;
        String::from_utf8(text.to_vec()).map_err(|_| Torn::Text)
    }

    /// A length and as many bytes.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], Torn> {
        let length = self.number()?;
        self.take(length as usize)
    }

    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), Torn> {
        match self.byte()? {
            byte if byte == wanted => Ok(()),
            byte => Err(Torn::Kind(byte)),
        }
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<(), Torn> {
        self.take(count).map(|_| ())
    }

    pub(super) fn end(&self) -> Result<(), Torn> {
        if self.0.is_empty() { Ok(()) } else { Err(Torn::Long(self.0.len())) }
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Torn> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Torn::Short)?;
        self.0 = rest;
        Ok(*head)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Torn> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Torn::Short)?;
        self.0 = rest;
        Ok(head)
    }
}
