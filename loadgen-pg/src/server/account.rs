//! `Account`: whom the server runs as, since PostgreSQL refuses to run as root.

use std::{os::unix::process::CommandExt, process::Command};

use nix::unistd::{Uid, User, geteuid};

use super::ServerError;

/// The user of the server's processes.
#[derive(Clone, Debug)]
pub(super) struct Account {
    name: String,
    /// User and group to change to, when we are root.
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Ourselves; for root it is `postgres`, else `nobody`.
    pub(super) fn for_server() -> Result<Account, ServerError> {
        let me = geteuid();
        if !me.is_root() {
            return Ok(Account { name: name_of(me), ids: None });
        }
        let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = user.ok_or(ServerError::NoUser)?;
        Ok(Account { ids: Some((user.uid.as_raw(), user.gid.as_raw())), name: user.name })
    }

    /// Ourselves, root or not.
    pub(super) fn own() -> Account {
        Account { name: name_of(geteuid()), ids: None }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Makes `command` run as this user.
    pub(super) fn apply(&self, command: &mut Command) {
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
    }
}

/// Is this process root, so that its own home and cache are closed to the server?
pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}
