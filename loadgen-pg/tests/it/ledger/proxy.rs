//! A proxy in front of a server that knows a COMMIT when it sees one.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use loadgen_pg::server::Server;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
};

/// What becomes of a message, and of the connection that it came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is handed on.
    Pass,
    /// It is handed on, and both sides are cut before anything can come back.
    Forward,
    /// Both sides are cut instead.
    Swallow,
    /// The client is cut, and the message reaches the server when [`Proxy::release`] says so.
    Hold,
}

/// What has come from a client.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sent {
    /// The COMMIT with this number, from 1, on any connection.
    Commit(u64),
    /// Another message with this number.
    Other(u64),
}

type Plan = Box<dyn Fn(Sent) -> Fate + Send + Sync>;

struct Shared {
    server: PathBuf,
    plan: Plan,
    commits: AtomicU64,
    others: AtomicU64,
    forwarded: AtomicU64,
    swallowed: AtomicU64,
    held: AtomicU64,
    released: Semaphore,
}

/// The proxy; it serves until the runtime ends.
pub(super) struct Proxy {
    directory: TempDir,
    shared: Arc<Shared>,
}

impl Proxy {
    /// In front of a server, with a plan for what is sent to it.
    pub(super) fn start(server: &Server, plan: impl Fn(Sent) -> Fate + Send + Sync + 'static) -> Proxy {
        let directory = tempfile::tempdir().unwrap();
        let name = format!(".s.PGSQL.{}", server.port());
        let listener = UnixListener::bind(directory.path().join(&name)).unwrap();
        let number = AtomicU64::default;
        let shared = Arc::new(Shared {
            server: server.socket_dir().join(name),
            plan: Box::new(plan),
            commits: number(),
            others: number(),
            forwarded: number(),
            swallowed: number(),
            held: number(),
            released: Semaphore::new(0),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.relay(client).await });
            }
        });
        Proxy { directory, shared }
    }

    /// The address of a database behind the proxy.
    pub(super) fn url(&self, server: &Server, database: &str) -> String {
        let host = self.directory.path().display().to_string().replace('/', "%2F");
        let port = server.port();
        format!("postgres://postgres@localhost:{port}/{database}?host={host}&sslmode=disable")
    }

    /// COMMITs that were handed on and whose answer was not.
    pub(super) fn forwarded(&self) -> u64 {
        self.shared.forwarded.load(Ordering::SeqCst)
    }

    /// COMMITs that never reached the server.
    pub(super) fn swallowed(&self) -> u64 {
        self.shared.swallowed.load(Ordering::SeqCst)
    }

    /// COMMITs that were or are held back.
    pub(super) fn held(&self) -> u64 {
        self.shared.held.load(Ordering::SeqCst)
    }

    /// Lets one COMMIT go on to the server that was held back.
    pub(super) fn release(&self) {
        self.shared.released.add_permits(1);
    }
}

impl Shared {
    /// Hands everything on in both directions, until the plan has it otherwise.
    async fn relay(&self, mut client: UnixStream) -> io::Result<()> {
        let mut server = UnixStream::connect(&self.server).await?;
        let (mut asked, mut answer) = (Messages::default(), vec![0; 16 << 10]);
        loop {
            tokio::select! {
                read = client.read_buf(&mut asked.bytes) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    while let Some(message) = asked.next() {
                        match self.fate(&message) {
                            Fate::Pass => server.write_all(&message).await?,
                            Fate::Forward => return server.write_all(&message).await,
                            Fate::Swallow => return Ok(()),
                            Fate::Hold => {
                                drop(client);
                                return self.late(server, &message).await;
                            }
                        }
                    }
                }
                read = server.read(&mut answer) => match read? {
                    0 => return Ok(()),
                    length => client.write_all(&answer[..length]).await?,
                },
            }
        }
    }

    async fn late(&self, mut server: UnixStream, message: &[u8]) -> io::Result<()> {
        self.released.acquire().await.map_err(io::Error::other)?.forget();
        server.write_all(message).await?;
        server.read(&mut [0; 1024]).await.map(|_| ())
    }

    fn fate(&self, message: &[u8]) -> Fate {
        let next = |count: &AtomicU64| count.fetch_add(1, Ordering::SeqCst) + 1;
        let is_commit = message.first() == Some(&b'Q') && message.ends_with(b"commit\0");
        if !is_commit {
            return (self.plan)(Sent::Other(next(&self.others)));
        }
        let fate = (self.plan)(Sent::Commit(next(&self.commits)));
        match fate {
            Fate::Pass => 0,
            Fate::Forward => next(&self.forwarded),
            Fate::Swallow => next(&self.swallowed),
            Fate::Hold => next(&self.held),
        };
        fate
    }
}

/// The messages of a client, one after the other: a letter and a length that counts itself, but for the first, which
/// has no letter.
#[derive(Default)]
struct Messages {
    bytes: Vec<u8>,
    has_begun: bool,
}

impl Messages {
    fn next(&mut self) -> Option<Vec<u8>> {
        let letter = usize::from(self.has_begun);
        let length =
            self.bytes.get(letter..letter + 4)?.first_chunk::<4>().map(|at| u32::from_be_bytes(*at))?;
        let end = letter + length as usize;
        if self.bytes.len() < end {
            return None;
        }
        self.has_begun = true;
        let rest = self.bytes.split_off(end);
        Some(std::mem::replace(&mut self.bytes, rest))
    }
}
