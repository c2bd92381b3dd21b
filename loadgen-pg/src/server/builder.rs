//! `ServerBuilder`: what a throw-away server is to be like.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Account, Address, Binaries, Server, ServerError, scratch_name,
    supervisor::{Supervisor, quoted},
};

/// What a server gets unless told otherwise: fit for replication, for many connections, and for being thrown away.
const DEFAULTS: [(&str, &str); 11] = [
    ("wal_level", "logical"),
    ("max_wal_senders", "20"),
    ("max_replication_slots", "20"),
    ("max_connections", "200"),
    ("shared_buffers", "128MB"),
    ("max_wal_size", "1GB"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("synchronous_commit", "on"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
];

/// A path to a socket must fit into a small field of the system: 108 bytes on Linux, 104 on macOS, one for the end.
const SOCKET_PATH_MAX: usize = 103;

/// With TCP, someone else may take the free port before the server does.
const ATTEMPTS: usize = 3;

/// Settles what a [`Server`] is like before it starts. From [`Server::builder`].
#[derive(Clone)]
pub struct ServerBuilder {
    settings: Vec<(String, String)>,
    notice: Arc<dyn Fn(&str) + Send + Sync>,
    tcp: bool,
    bin: Option<PathBuf>,
    parent: Option<PathBuf>,
    deadline: Duration,
}

impl ServerBuilder {
    pub(super) fn new() -> ServerBuilder {
        ServerBuilder {
            settings: Vec::new(),
            notice: Arc::new(|line| tracing::info!("{line}")),
            tcp: false,
            bin: None,
            parent: None,
            deadline: Duration::from_secs(60),
        }
    }

    /// Sets a parameter of `postgresql.conf`, as `setting("wal_level", "replica")`. The last one counts. The parameters
    /// that say where the server listens and keeps its data are not heeded.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> ServerBuilder {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Whether commits survive a crash of the machine: `fsync` and `full_page_writes`. They do not by default, which is
    /// faster; a crash of the server alone they survive either way.
    pub fn durable(self, durable: bool) -> ServerBuilder {
        let value = if durable { "on" } else { "off" };
        self.setting("fsync", value).setting("full_page_writes", value)
    }

    /// Whether to listen on a free port of 127.0.0.1 as well, see [`Server::tcp_url`]. Off by default. Anyone on this
    /// machine can connect there; there is no password.
    pub fn tcp(mut self, tcp: bool) -> ServerBuilder {
        self.tcp = tcp;
        self
    }

    /// Who hears what takes long, one line each: a download. By default that is an event of `tracing`.
    pub fn notice(mut self, notice: impl Fn(&str) + Send + Sync + 'static) -> ServerBuilder {
        self.notice = Arc::new(notice);
        self
    }

    /// The directory of `initdb` and `postgres`, instead of looking for them.
    pub fn bin_dir(mut self, bin: impl Into<PathBuf>) -> ServerBuilder {
        self.bin = Some(bin.into());
        self
    }

    /// Where the server's own directory is made, instead of the directory for temporary files. The user that the server
    /// runs as must be allowed to write there.
    pub fn parent(mut self, parent: impl Into<PathBuf>) -> ServerBuilder {
        self.parent = Some(parent.into());
        self
    }

    /// How long a start, a stop or a new database may take; 60 s by default. A download has its own time.
    pub fn deadline(mut self, deadline: Duration) -> ServerBuilder {
        self.deadline = deadline;
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    ///
    /// Any [`ServerError`]; nothing is left behind then.
    pub async fn start(self) -> Result<Server, ServerError> {
        for (name, value) in &self.settings {
            let sound =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b));
            if !sound || value.contains(['\n', '\0']) {
                return Err(ServerError::Setting { name: name.clone(), value: value.clone() });
            }
        }
        let account = Account::for_server()?;
        let binaries = match &self.bin {
            Some(bin) => Binaries::at(bin.clone(), &account).await?,
            None => Binaries::find(&account, |line: &str| (self.notice)(line)).await?,
        };
        let until = Instant::now() + self.deadline;
        let supervisor = self.directory(&account).await?;
        let mut server = Server::new(supervisor, binaries, self.deadline);
        server.initdb().await?;
        let mut attempt = 1;
        loop {
            let address = Address::pick(self.tcp)?;
            let command = self.command(&server, &address);
            server.listen_at(address, command);
            match server.launch(until.saturating_duration_since(Instant::now())).await {
                Err(ServerError::Ended { log, .. })
                    if self.tcp && attempt < ATTEMPTS && log.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                started => return started.map(|()| server),
            }
        }
    }

    /// Makes the server's directory in the first place that takes it.
    async fn directory(&self, account: &Account) -> Result<Supervisor, ServerError> {
        let places = match &self.parent {
            Some(parent) => vec![parent.clone()],
            None => vec![std::env::temp_dir(), "/tmp".into()],
        };
        let mut result = Err(ServerError::NotRunning);
        for place in places {
            let directory = std::path::absolute(&place).unwrap_or(place).join(scratch_name());
            result = match fits(&directory) {
                true => Supervisor::start(directory, account, self.deadline).await,
                false => {
                    let why = format!("a socket in it has a path of more than {SOCKET_PATH_MAX} bytes");
                    Err(ServerError::Directory { path: directory, why })
                }
            };
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// The command that is the server. What it is told last counts.
    fn command(&self, server: &Server, address: &Address) -> String {
        let given = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let settings = DEFAULTS.into_iter().chain(given).map(|(name, value)| format!("{name}={value}"));
        let ours = [
            format!("listen_addresses={}", if address.tcp { "127.0.0.1" } else { "" }),
            format!("port={}", address.port),
            format!("unix_socket_directories={}", server.socket_dir().display()),
            "unix_socket_permissions=0777".to_owned(),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
        ];
        let settings: String =
            settings.chain(ours).map(|setting| format!(" -c {}", quoted(setting))).collect();
        let postgres = quoted(server.bin_dir().join("postgres"));
        format!("exec {postgres} -D {}{settings}", quoted(server.data_dir()))
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn fits(directory: &Path) -> bool {
    directory.join("socket/.s.PGSQL.65535").as_os_str().len() <= SOCKET_PATH_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_directory_is_no_place_for_a_socket() {
        assert!(fits(Path::new("/tmp/loadgen-pg-0123456789ab")));
        assert!(!fits(&Path::new("/tmp").join("x".repeat(100))));
    }

    #[tokio::test]
    async fn a_setting_that_is_none_is_refused_before_anything_is_made() {
        for (name, value) in [("", "x"), ("a b", "x"), ("work_mem", "1MB\nport=1")] {
            let error =
                ServerBuilder::new().setting(name, value).parent("/nowhere").start().await.unwrap_err();
            assert!(matches!(error, ServerError::Setting { .. }), "{error}");
        }
    }
}
