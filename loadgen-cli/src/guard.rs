//! Nothing is written to a host that may be someone else's, unless it was named.
//!
//! The name is looked up here, and once more by the driver when it connects: whoever can change the answer in between
//! can send the traffic elsewhere. The guard is against mistakes, not against the name server.

use std::{io, net::IpAddr, time::Duration};

use loadgen_core::{Host, Target};

use crate::{
    backend::Backend,
    failed::{Code, Failed},
};

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

/// How long a look-up may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks the host up, and says how near it is.
pub(crate) async fn reach(target: &Backend, allowed: &[String]) -> Result<Reach, Failed> {
    let addresses = resolve(target).await?;
    match judge(target.host(), &addresses, allowed) {
        Reach::Public if addresses.is_empty() => Err(nowhere(target)),
        reach => Ok(reach),
    }
}

/// Refuses to go on when a target is not private and not allowed.
pub(crate) async fn check(target: &Backend, allowed: &[String]) -> Result<(), Failed> {
    let addresses = resolve(target).await?;
    let host = target.host();
    if judge(host, &addresses, allowed) != Reach::Public {
        return Ok(());
    }
    let listed: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let far = "is neither this machine nor in a private network";
    let what = match listed.as_slice() {
        [] => return Err(nowhere(target)),
        [address] if *address == host.to_string() => far.to_owned(),
        addresses => format!("({}) {far}", addresses.join(", ")),
    };
    let message = format!(
        "refused to connect to {}: {host} {what}; if it is meant, add --allow-host {host}",
        target.describe()
    );
    Err(Failed::new(Code::Run, message))
}

/// Nobody can say how far away a name is that has no address.
fn nowhere(target: &Backend) -> Failed {
    let (place, host) = (target.describe(), target.host());
    let message = format!("failed to connect to {place}: there is no address for {host}; look at the name");
    Failed::new(Code::Run, message)
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

/// The addresses of a host: none of a socket, and none of a name that has none.
async fn resolve(target: &Backend) -> Result<Vec<IpAddr>, Failed> {
    let Host::Name(name) = target.host() else { return Ok(Vec::new()) };
    let lookup = async {
        let found = tokio::net::lookup_host((name.as_str(), target.port())).await?;
        Ok(found.map(|address| address.ip()).collect())
    };
    within(PATIENCE, target, lookup).await
}

async fn within(
    limit: Duration,
    target: &Backend,
    lookup: impl Future<Output = io::Result<Vec<IpAddr>>>,
) -> Result<Vec<IpAddr>, Failed> {
    match tokio::time::timeout(limit, lookup).await {
        Ok(found) => Ok(found.unwrap_or_default()),
        Err(_) => {
            let (place, host, seconds) = (target.describe(), target.host(), limit.as_secs_f64());
            let message = format!(
                "failed to connect to {place}: nobody said within {seconds} s what the address of {host} is; \
                 does the name server answer?"
            );
            Err(Failed::new(Code::Run, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_server_that_does_not_answer_is_not_waited_for() {
        let target = Backend::resolve(Some("postgres://db/shop"), &|_| None).unwrap();
        let failed = within(Duration::from_millis(1), &target, std::future::pending()).await.unwrap_err();
        let message = failed.message().unwrap();
        assert!(
            message.starts_with("failed to connect to postgres://db:5432/shop: nobody said within 0.001 s")
        );
    }

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
