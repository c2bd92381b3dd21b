//! `Binaries`: the programs of a PostgreSQL server on this machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Account, ServerError, account::is_root, blocking::blocking, fetch};

/// Where packages put servers, as the directory that holds one for each version and what their names start with.
const PLACES: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
];

/// A directory with `initdb` and `postgres`, which answered with its version.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    pub(super) bin: PathBuf,
    pub(super) version: String,
}

impl Binaries {
    /// The first of: `LOADGEN_PG_BIN`, an installed server, a fetched one.
    pub(super) async fn find(account: &Account, notice: impl Fn(&str)) -> Result<Binaries, ServerError> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| *path != *"");
        if let Some(bin) = variable("LOADGEN_PG_BIN") {
            return Binaries::at(bin, account).await;
        }
        let user = account.clone();
        if let Some(binaries) = blocking(move || Ok(Binaries::installed(&user))).await? {
            return Ok(binaries);
        }
        let Some(cache) = fetch::cache(variable, is_root()) else {
            return Err(ServerError::NotFound { fetch: "and there is no home to fetch one into".into() });
        };
        Binaries::at(fetch::fetch(&cache, notice).await?, account).await
    }

    /// The server in `bin`, if `account` can run it.
    pub(super) async fn at(bin: PathBuf, account: &Account) -> Result<Binaries, ServerError> {
        let account = account.clone();
        blocking(move || Binaries::asked(&bin, &account)).await
    }

    /// The first server of this machine that answers. Waits for programs.
    fn installed(account: &Account) -> Option<Binaries> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = PLACES
            .iter()
            .flat_map(|(place, prefix)| newest_first(Path::new(place), prefix))
            .chain(std::env::split_paths(&path).filter_map(|directory| on_path(&directory)))
            .chain(std::iter::once_with(configured).flatten());
        places.find_map(|bin| Binaries::asked(&bin, account).ok())
    }

    /// What the programs in `bin` answer. Waits for them.
    fn asked(bin: &Path, account: &Account) -> Result<Binaries, ServerError> {
        let unusable =
            |why: String| ServerError::Unusable { bin: bin.to_owned(), user: account.name().into(), why };
        if !bin.join("initdb").exists() {
            return Err(unusable("there is no initdb".into()));
        }
        let mut postgres = Command::new(bin.join("postgres"));
        account.apply(&mut postgres);
        let answer = postgres.arg("--version").stdin(Stdio::null()).current_dir("/").output();
        let answer = answer.map_err(|error| unusable(error.to_string()))?;
        match version(&String::from_utf8_lossy(&answer.stdout)) {
            Some(version) => Ok(Binaries { bin: bin.to_owned(), version: version.to_owned() }),
            None => Err(unusable(String::from_utf8_lossy(&answer.stderr).trim().to_owned())),
        }
    }
}

/// The version in `postgres (PostgreSQL) 17.5 (Debian 17.5-1)`.
fn version(answer: &str) -> Option<&str> {
    answer.split_once("(PostgreSQL) ")?.1.split_whitespace().next()
}

/// The `bin` directories below `place`, whose names are `prefix` and a version.
fn newest_first(place: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(place) else { return Vec::new() };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            let version = version.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, bin)| bin).collect()
}

/// Where the `postgres` in a directory of PATH really is: often that is only a link.
fn on_path(directory: &Path) -> Option<PathBuf> {
    let postgres = std::fs::canonicalize(directory.join("postgres")).ok()?;
    [postgres.parent()?, directory].into_iter().find(|bin| bin.join("initdb").exists()).map(Path::to_owned)
}

/// Where `pg_config` says that a server belongs.
fn configured() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).output().ok()?;
    Some(String::from_utf8(answer.stdout).ok()?.trim_end().into())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn the_newest_version_is_not_the_last_in_the_alphabet() {
        let place = tempfile::tempdir().unwrap();
        for name in ["pgsql-9.6", "pgsql-17", "pgsql-9.10", "pgsql-old", "16"] {
            fs::create_dir(place.path().join(name)).unwrap();
        }
        let expected = ["pgsql-17/bin", "pgsql-9.10/bin", "pgsql-9.6/bin"].map(|bin| place.path().join(bin));
        assert_eq!(newest_first(place.path(), "pgsql-"), expected);
    }

    #[test]
    fn links_on_the_path_are_followed() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (real, path) = (root.join("real"), root.join("path"));
        fs::create_dir(&real).unwrap();
        fs::create_dir(&path).unwrap();
        fs::write(real.join("postgres"), "").unwrap();
        symlink(real.join("postgres"), path.join("postgres")).unwrap();
        assert_eq!(on_path(&path), None);
        fs::write(real.join("initdb"), "").unwrap();
        assert_eq!(on_path(&path), Some(real));
    }

    #[test]
    fn a_version_is_read_whatever_surrounds_it() {
        assert_eq!(version("postgres (PostgreSQL) 17.5 (Debian 17.5-1.pgdg12+1)\n"), Some("17.5"));
        assert_eq!(version("postgres (PostgreSQL) 18beta1\n"), Some("18beta1"));
        assert_eq!(version("psql"), None);
    }
}
