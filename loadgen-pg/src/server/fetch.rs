//! Fetching a server for a machine that has none, once.

use std::{
    io,
    os::unix::fs::{DirBuilderExt, symlink},
    path::{Component, Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{
    Account, ServerError,
    blocking::blocking,
    package::Package,
    scratch_name,
    supervisor::{Supervisor, quoted},
};

/// How long a download may take.
const DEADLINE: Duration = Duration::from_secs(600);

/// How long anything else may take here.
const MOMENT: Duration = Duration::from_secs(60);

/// A link that belongs into the package, which an archive of the registry cannot hold. Both paths start at its root.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Puts a PostgreSQL server into `cache` unless it is there, and returns the directory of its programs.
///
/// The archive comes through the `npm` client, which knows its registry and proxy, and must have the digest that this
/// version of loadgen knows. `notice` is told in one line before the download begins. The copy appears in `cache` as a
/// whole or not at all; a download that is killed leaves nothing. [`Server::start`](super::Server::start) does all this
/// when no server is installed; call it yourself to fill a cache beforehand, in an image for instance.
///
/// # Errors
///
/// [`ServerError::NotFound`] without an `npm` client or a package for this platform, [`ServerError::Fetch`] when the
/// registry cannot be reached, [`ServerError::Digest`], and whatever keeps files from being written.
pub async fn fetch(cache: &Path, notice: impl Fn(&str)) -> Result<PathBuf, ServerError> {
    let Some(package) = Package::for_this_machine() else {
        return Err(ServerError::NotFound { fetch: "and none can be fetched for this platform".into() });
    };
    let home = cache.join(package.directory());
    let bin = home.join("bin");
    if bin.exists() {
        return Ok(bin);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|directory| directory.join("npm").exists()) {
        return Err(ServerError::NotFound { fetch: "and there is no npm client to fetch one with".into() });
    }
    let place = cache.to_owned();
    blocking(move || make(&place).map_err(ServerError::file(place))).await?;
    let (spec, megabytes) = (package.spec(), package.megabytes);
    notice(&format!("fetching a PostgreSQL server, once: {spec}, {megabytes} MB, into {}", home.display()));
    let scratch = cache.join(scratch_name());
    let supervisor = Supervisor::start(scratch, &Account::own(), MOMENT).await?;
    unpack(&supervisor, &package).await?;
    let native = supervisor.directory().join("package/native");
    blocking(move || {
        link(&native).map_err(ServerError::file(&native))?;
        match std::fs::rename(&native, &home) {
            // Somebody else was quicker, with the same files.
            Err(_) if home.join("bin").exists() => Ok(()),
            moved => moved.map_err(ServerError::file(home)),
        }
    })
    .await?;
    supervisor.close().await?;
    Ok(bin)
}

/// Where fetched servers are kept: for root not in its home, which is closed to the user that the server runs as.
pub(super) fn cache(variable: impl Fn(&str) -> Option<PathBuf>, root: bool) -> Option<PathBuf> {
    if root {
        return Some("/var/cache/loadgen".into());
    }
    let named = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    Some(named.or_else(|| Some(variable("HOME")?.join(".cache")))?.join("loadgen"))
}

async fn unpack(supervisor: &Supervisor, package: &Package) -> Result<(), ServerError> {
    let spec = package.spec();
    let pack = format!("exec npm pack --silent --ignore-scripts --no-update-notifier {}", quoted(&spec));
    run(supervisor, &spec, &pack).await?;
    let (directory, package) = (supervisor.directory().to_owned(), package.clone());
    let archive = blocking(move || {
        let archive = archive(&directory).map_err(ServerError::file(directory))?;
        package.check(&archive).map(|()| archive)
    });
    let archive = archive.await?;
    // -o: the files are ours, not those of the user ids in the archive.
    run(supervisor, &spec, &format!("exec tar -xzof {}", quoted(&archive))).await
}

async fn run(supervisor: &Supervisor, package: &str, command: &str) -> Result<(), ServerError> {
    supervisor.run("KILL", command, MOMENT).await?;
    match supervisor.ended("the download of PostgreSQL", DEADLINE).await? {
        0 => Ok(()),
        _ => Err(ServerError::Fetch { package: package.to_owned(), why: supervisor.log() }),
    }
}

fn archive(directory: &Path) -> io::Result<PathBuf> {
    let mut files = std::fs::read_dir(directory)?.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|ext| ext == "tgz")).ok_or(io::ErrorKind::NotFound.into())
}

/// Makes a cache that the user of the server may read.
fn make(cache: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o755).create(cache)
}

fn link(native: &Path) -> io::Result<()> {
    let links: Vec<Link> = serde_json::from_slice(&std::fs::read(native.join("pg-symlinks.json"))?)?;
    for Link { source, target } in links {
        let inside = target.components().all(|part| matches!(part, Component::Normal(_)));
        let (Ok(target), Some(name), true) = (target.strip_prefix("native"), source.file_name(), inside)
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if source.parent() != Some(&Path::new("native").join(target.parent().unwrap_or(target))) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        symlink(name, native.join(target))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_of_root_is_open_to_others() {
        let variable = |name: &str| Some(PathBuf::from(if name == "HOME" { "/home/me" } else { "relative" }));
        assert_eq!(cache(variable, true), Some("/var/cache/loadgen".into()));
        assert_eq!(cache(variable, false), Some("/home/me/.cache/loadgen".into()));
        assert_eq!(
            cache(|name| Some(Path::new("/").join(name)), false),
            Some("/XDG_CACHE_HOME/loadgen".into())
        );
        assert_eq!(cache(|_| None, false), None);
    }

    #[test]
    fn links_stay_inside_their_directory() {
        let native = tempfile::tempdir().unwrap();
        std::fs::create_dir(native.path().join("lib")).unwrap();
        let check = |source: &str, target: &str| {
            let list = serde_json::json!([{"source": source, "target": target}]);
            std::fs::write(native.path().join("pg-symlinks.json"), list.to_string()).unwrap();
            link(native.path()).map(|()| std::fs::read_link(native.path().join("lib/libpq.so")).unwrap())
        };
        assert!(check("native/lib/libpq.so.5", "native/lib/../../x").is_err());
        assert!(check("/etc/passwd", "native/lib/libpq.so").is_err());
        assert_eq!(check("native/lib/libpq.so.5", "native/lib/libpq.so").unwrap(), Path::new("libpq.so.5"));
    }
}
