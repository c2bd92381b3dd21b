//! Where a server is, as ADO and sqlcmd write it: `tcp:host\instance,port`.

use loadgen_core::{
    Host,
    address::{AddressError, port, without_brackets},
};

use super::{SettingsError, parts::Parts};

/// Reads `[tcp:]host[\instance][,port]`. A dot and `(local)` are this machine.
pub(super) fn read(text: &str, parts: &mut Parts) -> Result<(), SettingsError> {
    let text = text.trim();
    let text = match text.split_once(':') {
        Some((protocol, rest)) if is_protocol(protocol) => {
            if !protocol.eq_ignore_ascii_case("tcp") {
                return Err(SettingsError::Transport);
            }
            rest
        }
        _ => text,
    };
    let (host, number) = text.split_once(',').map_or((text, None), |(host, number)| (host, Some(number)));
    if let Some(number) = number {
        parts.port = Some(port(number)?);
    }
    // An IPv6 address has more of them.
    if host.matches(':').count() == 1 {
        return Err(SettingsError::Comma);
    }
    named(host, parts)
}

/// Reads `host[\instance]`.
pub(super) fn named(text: &str, parts: &mut Parts) -> Result<(), SettingsError> {
    let (host, instance) =
        text.split_once('\\').map_or((text, None), |(host, name)| (host, Some(name.trim())));
    parts.instance = instance.filter(|name| !is_unnamed(name)).map(str::to_owned).or(parts.instance.take());
    parts.host = Some(host_named(host.trim())?);
    Ok(())
}

/// The host of a name, with IPv6 in brackets or without.
fn host_named(name: &str) -> Result<Host, SettingsError> {
    if name.to_ascii_lowercase().starts_with("(localdb)") {
        return Err(SettingsError::Transport);
    }
    let inner = without_brackets(name)?;
    if inner.contains(['/', '\\', '@', '?', '#']) || inner.contains(char::is_whitespace) {
        return Err(AddressError::Unreadable("host").into());
    }
    let is_here = matches!(inner, "" | ".") || inner.eq_ignore_ascii_case("(local)");
    Ok(Host::new(if is_here { "localhost" } else { inner }))
}

/// The instance that has no name of its own listens on the usual port.
fn is_unnamed(instance: &str) -> bool {
    instance.is_empty() || instance.eq_ignore_ascii_case("MSSQLSERVER")
}

fn is_protocol(text: &str) -> bool {
    ["tcp", "np", "lpc", "admin"].iter().any(|known| text.eq_ignore_ascii_case(known))
}
