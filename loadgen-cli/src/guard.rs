//! Nothing is written to a host that may be someone else's, unless it was named.

use std::net::IpAddr;

use loadgen_core::Target;
use loadgen_pg::{Host, PgTarget};

use crate::failed::{Code, Failed};

/// How near a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine or a private network.
    Private,
    /// Anywhere, and allowed by name.
    Allowed,
    /// Anywhere.
    Public,
}

/// Looks the host up, and says how near it is.
pub(crate) async fn reach(target: &PgTarget, allowed: &[String]) -> Reach {
    let addresses = resolve(target.host(), target.settings().port()).await;
    judge(target.host(), &addresses, allowed)
}

/// Refuses to go on when a target is not private and not allowed.
pub(crate) async fn check(target: &PgTarget, allowed: &[String]) -> Result<(), Failed> {
    let addresses = resolve(target.host(), target.settings().port()).await;
    let host = target.host();
    if judge(host, &addresses, allowed) != Reach::Public {
        return Ok(());
    }
    let listed: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let far = "is neither this machine nor in a private network";
    let what = match listed.as_slice() {
        [] => {
            let target = target.describe();
            let message =
                format!("failed to connect to {target}: there is no address for {host}; look at the name");
            return Err(Failed::new(Code::Run, message));
        }
        [address] if *address == host.to_string() => far.to_owned(),
        addresses => format!("({}) {far}", addresses.join(", ")),
    };
    let message = format!(
        "refused to write to {}: {host} {what}; if it is meant, add --allow-host {host}",
        target.describe()
    );
    Err(Failed::new(Code::Run, message))
}

fn judge(host: &Host, addresses: &[IpAddr], allowed: &[String]) -> Reach {
    let name = host.to_string();
    if host.is_private(addresses) {
        Reach::Private
    } else if allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name)) {
        Reach::Allowed
    } else {
        Reach::Public
    }
}

async fn resolve(host: &Host, port: u16) -> Vec<IpAddr> {
    let Host::Name(name) = host else { return Vec::new() };
    match tokio::net::lookup_host((name.as_str(), port)).await {
        Ok(addresses) => addresses.map(|address| address.ip()).collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_host_has_to_be_named() {
        let public: IpAddr = "203.0.113.5".parse().unwrap();
        let db = Host::new("db.example.com");
        assert_eq!(judge(&db, &[public], &[]), Reach::Public);
        assert_eq!(judge(&db, &[public], &["DB.example.com".into()]), Reach::Allowed);
        assert_eq!(judge(&db, &[public], &["other".into()]), Reach::Public);
        assert_eq!(judge(&Host::new("localhost"), &["127.0.0.1".parse().unwrap()], &[]), Reach::Private);
        assert_eq!(judge(&Host::new("/tmp"), &[], &[]), Reach::Private);
    }
}
