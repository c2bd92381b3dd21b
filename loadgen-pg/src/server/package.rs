//! `Package`: the server that is fetched on this platform, and the digest that it must have.

use std::{env::consts, io::Read, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha512};

use super::ServerError;

const PACKAGES: &str = include_str!("packages.txt");

/// One line of `packages.txt`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Package {
    platform: &'static str,
    version: &'static str,
    pub(super) megabytes: &'static str,
    digest: &'static str,
}

impl Package {
    /// The package for this machine, if there is one.
    pub(super) fn for_this_machine() -> Option<Package> {
        let system = if consts::OS == "macos" { "darwin" } else { consts::OS };
        let processor = match consts::ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            other => other,
        };
        let platform = format!("{system}-{processor}");
        packages().find(|package| package.platform == platform)
    }

    /// As the registry's client wants it.
    pub(super) fn spec(&self) -> String {
        format!("@embedded-postgres/{}@{}", self.platform, self.version)
    }

    /// The name of its directory in a cache.
    pub(super) fn directory(&self) -> String {
        format!("postgresql-{}-{}", self.version, self.platform)
    }

    /// Checks an archive against the digest that is known.
    pub(super) fn check(&self, archive: &Path) -> Result<(), ServerError> {
        let found = digest(archive).map_err(ServerError::file(archive))?;
        let (package, expected) = (self.spec(), self.digest.to_owned());
        if found == expected { Ok(()) } else { Err(ServerError::Digest { package, expected, found }) }
    }
}

fn packages() -> impl Iterator<Item = Package> {
    PACKAGES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(Package {
            platform: words.next()?,
            version: words.next()?,
            megabytes: words.next()?,
            digest: words.next()?,
        })
    })
}

fn digest(archive: &Path) -> std::io::Result<String> {
    let mut archive = std::fs::File::open(archive)?;
    let mut hash = Sha512::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match archive.read(&mut buffer)? {
            0 => return Ok(format!("sha512-{}", BASE64_STANDARD.encode(hash.finalize()))),
            length => hash.update(&buffer[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_read() {
        let platforms: Vec<&str> = packages().map(|package| package.platform).collect();
        assert_eq!(platforms, ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]);
        assert!(packages().all(|package| package.digest.len() == "sha512-".len() + 88));
    }

    #[test]
    fn another_archive_is_refused() {
        let archive = tempfile::NamedTempFile::new().unwrap();
        let package = packages().next().unwrap();
        let error = package.check(archive.path()).unwrap_err();
        let ServerError::Digest { found, .. } = error else { panic!("{error}") };
        assert!(found.starts_with("sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg"), "{found}");
    }
}
