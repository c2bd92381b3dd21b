//! A proxy in front of a server that knows what commits when it sees it: a COMMIT, and a statement that does so by itself.

use std::{
    collections::HashSet,
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
    time::{Duration, sleep},
};

/// What becomes of a message, and of the connection that it came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is handed on.
    Pass,
    /// It is handed on when nothing is held.
    Queue,
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
    /// The same, of statements that move a marker and commit by themselves.
    Whole(u64),
    /// Another message with this number.
    Other(u64),
}

type Plan = Box<dyn Fn(Sent) -> Fate + Send + Sync>;

struct Shared {
    server: PathBuf,
    plan: Plan,
    commits: AtomicU64,
    wholes: AtomicU64,
    others: AtomicU64,
    forwarded: AtomicU64,
    swallowed: AtomicU64,
    held: AtomicU64,
    arrived: AtomicU64,
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
            wholes: number(),
            others: number(),
            forwarded: number(),
            swallowed: number(),
            held: number(),
            arrived: number(),
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

    /// What was handed on, of what commits, and whose answer was not.
    pub(super) fn forwarded(&self) -> u64 {
        self.shared.forwarded.load(Ordering::SeqCst)
    }

    /// What of it never reached the server.
    pub(super) fn swallowed(&self) -> u64 {
        self.shared.swallowed.load(Ordering::SeqCst)
    }

    /// What of it was or is held back.
    pub(super) fn held(&self) -> u64 {
        self.shared.held.load(Ordering::SeqCst)
    }

    /// What of it has come late, and was answered.
    pub(super) fn arrived(&self) -> u64 {
        self.shared.arrived.load(Ordering::SeqCst)
    }

    /// Lets go on to the server what was held back first.
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
                    while let Some((message, kind)) = asked.next() {
                        match self.fate(kind) {
                            Fate::Pass => server.write_all(&message).await?,
                            Fate::Queue => {
                                self.queue().await;
                                server.write_all(&message).await?;
                            }
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

    async fn queue(&self) {
        while self.arrived.load(Ordering::SeqCst) < self.held.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    async fn late(&self, mut server: UnixStream, message: &[u8]) -> io::Result<()> {
        self.released.acquire().await.map_err(io::Error::other)?.forget();
        server.write_all(message).await?;
        let answered = server.read(&mut [0; 1024]).await?;
        self.arrived.fetch_add(u64::from(answered > 0), Ordering::SeqCst);
        Ok(())
    }

    fn fate(&self, kind: Kind) -> Fate {
        let next = |count: &AtomicU64| count.fetch_add(1, Ordering::SeqCst) + 1;
        let fate = match kind {
            Kind::Commit => (self.plan)(Sent::Commit(next(&self.commits))),
            Kind::Whole => (self.plan)(Sent::Whole(next(&self.wholes))),
            Kind::Other => return (self.plan)(Sent::Other(next(&self.others))),
        };
        match fate {
            Fate::Pass | Fate::Queue => 0,
            Fate::Forward => next(&self.forwarded),
            Fate::Swallow => next(&self.swallowed),
            Fate::Hold => next(&self.held),
        };
        fate
    }
}

/// What a message does.
#[derive(Clone, Copy)]
enum Kind {
    Commit,
    Whole,
    Other,
}

/// What every statement has that moves a marker, and that fails rather than commit a part.
const WHOLE: &[u8] = b"m.short::int";

/// The messages of a client, one after the other: a letter and a length that counts itself, but for the first, which
/// has no letter. Those of a statement that commits by itself come together.
#[derive(Default)]
struct Messages {
    bytes: Vec<u8>,
    has_begun: bool,
    /// The names of such statements.
    wholes: HashSet<Vec<u8>>,
}

impl Messages {
    fn next(&mut self) -> Option<(Vec<u8>, Kind)> {
        let mut end = self.end(0)?;
        let message = &self.bytes[..end];
        let kind = match message.first().filter(|_| self.has_begun) {
            Some(b'Q') if message.ends_with(b"commit\0") => Kind::Commit,
            Some(b'P') if message.windows(WHOLE.len()).any(|words| words == WHOLE) => {
                let name = text(&message[5..]);
                self.wholes.insert(name.to_owned());
                Kind::Other
            }
            // Behind the letter and the length of a Bind come the names of the portal, which is empty, and the statement.
            Some(b'B') if self.wholes.contains(text(&message[6..])) => Kind::Whole,
            _ => Kind::Other,
        };
        if let Kind::Whole = kind {
            let mut from = end;
            while self.bytes.get(from)? != &b'S' {
                from = self.end(from)?;
            }
            end = self.end(from)?;
        }
        self.has_begun = true;
        let rest = self.bytes.split_off(end);
        Some((std::mem::replace(&mut self.bytes, rest), kind))
    }

    /// Where the message ends that begins there, if it is whole.
    fn end(&self, from: usize) -> Option<usize> {
        let at = from + usize::from(self.has_begun);
        let length = self.bytes.get(at..at + 4)?.first_chunk::<4>().map(|at| u32::from_be_bytes(*at))?;
        let end = at + length as usize;
        (self.bytes.len() >= end).then_some(end)
    }
}

/// The bytes up to a zero.
fn text(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}
