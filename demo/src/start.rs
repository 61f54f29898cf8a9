//! Starting everything, saying so, and stopping it.

use crate::commands::Playgate;
use crate::edge::{Edge, Programs};
use crate::folder::Folder;
use crate::front::{Front, Live, router};
use crate::keeper::Keeper;
use crate::needed::Ended;
use crate::once::Report;
use crate::origin::Origin;
use crate::record::Record;
use crate::world::World;
use axum::Router;
use axum::body::Body;
use hyper::Method;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rights::Bundle;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

/// For how long a connection that is not used is kept: workerd closes them after 5 seconds, and what is sent at that moment is lost.
const KEPT: Duration = Duration::from_secs(2);

/// How it is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder `demo` of a checkout.
    pub folder: PathBuf,
    /// On which port it listens; 0 for any that is free.
    pub port: u16,
}

/// Why it does not run, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DemoError(pub String);

/// Runs everything until it is told to stop.
///
/// # Errors
/// The first thing that is missing or does not work, and what to do about it.
pub fn run(options: &Options) -> Result<(), DemoError> {
    threads()?
        .block_on(async {
            let running = async {
                let mut demo = Demo::start(options).await?;
                print(&format!("\n  {}\n\nCtrl-C stops it.\n", demo.address));
                Err(demo.broken().await)
            };
            tokio::select! {
                // From the first moment on: what was started must not outlive this.
                biased;
                () = stopped() => Ok(()),
                broken = running => broken,
            }
        })
        .map_err(DemoError)
}

/// Starts everything, plays each title by each delivery with a client that needs no browser, and tries what must be refused.
///
/// # Errors
/// When something is missing or does not start.
pub fn once(options: &Options) -> Result<Report, DemoError> {
    let report = threads()?.block_on(async {
        let playing = async {
            let mut demo = Demo::start(options).await?;
            print("  playing, and being refused");
            let address = demo.address.clone();
            tokio::select! {
                report = crate::once::all(&address) => report,
                broken = demo.broken() => Err(broken),
            }
        };
        tokio::select! {
            biased;
            () = stopped() => Err("it was stopped before everything was tried".to_owned()),
            report = playing => report,
        }
    });
    report.map_err(DemoError)
}

fn threads() -> Result<tokio::runtime::Runtime, DemoError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|problem| DemoError(format!("no threads can be had: {problem}")))
}

/// Everything, running. It stops when it is dropped.
pub(crate) struct Demo {
    pub(crate) address: String,
    ended: UnboundedReceiver<&'static str>,
}

impl Demo {
    /// Waits until something that is needed runs no more, and says so.
    async fn broken(&mut self) -> String {
        match self.ended.recv().await {
            Some(what) => {
                // The Ctrl-C that stops this may have ended the program first.
                tokio::time::sleep(Duration::from_millis(200)).await;
                format!("{what} has ended, which nobody asked for; start the demo anew")
            }
            None => std::future::pending().await,
        }
    }

    pub(crate) async fn start(options: &Options) -> Result<Self, String> {
        let folder = Folder::open(&options.folder)?;
        let playgate = Playgate::this()?;
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await.map_err(|problem| {
            format!("port {}: {problem}; name another with --port, or 0 for any that is free", options.port)
        })?;
        let other = other(port(&listener)?).await?;
        let media = listen().await?;
        let public = public(port(&listener)?);
        let media_address = format!("http://127.0.0.1:{}", port(&media)?);
        let (tell, ended) = Ended::channel();
        let record = Arc::new(Record::default());
        serve(media, crate::media::router(&media_address, folder.content(), Arc::clone(&record))?);

        // First: the folder has secrets from its first moment on.
        let keeper = Keeper::start(&World::folder()?)?;
        let world =
            step("keys and configurations", async { World::make(&folder, &public, &media_address) }).await?;
        let origin = step(
            "the origin API: playgate serve",
            Origin::start(&playgate, &world, Arc::clone(&record), &tell, &keeper),
        )
        .await?;
        step("titles and keys", seed(&origin, &folder, &world)).await?;
        world.write_ingest(&origin.address, &folder.content())?;
        let policies = world.path().join("policies");
        let edge = step("the edge: playgate edge build, and workerd", async {
            world.write_edge(&origin.address)?;
            let workerd = folder.workerd.clone();
            let programs = Programs { workerd, playgate: playgate.clone(), ended: tell, keeper };
            Edge::start(programs, &world, &policies).await
        })
        .await?;
        let live = live(&playgate, &world, policies).await?;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT)
            .build_http::<Body>();
        let front = Front {
            folder,
            playgate,
            origin,
            edge,
            record,
            live: RwLock::new(Arc::new(live)),
            editing: tokio::sync::Mutex::default(),
            client,
            world,
        };
        let router = router(Arc::new(front));
        if let Some(other) = other {
            serve(other, router.clone());
        }
        serve(listener, router);
        Ok(Self { address: format!("{public}/"), ended })
    }
}

/// The policy with which it begins.
async fn live(playgate: &Playgate, world: &World, folder: PathBuf) -> Result<Live, String> {
    let said = playgate.ask(world.path(), &["policy", "build", "policies", "-o", "rights.bundle"]).await?;
    if !said.holds {
        return Err(format!("the demo's policy: {}", said.stderr.trim()));
    }
    let path = world.path().join("rights.bundle");
    let bytes = std::fs::read(&path).map_err(|problem| format!("{}: {problem}", path.display()))?;
    let bundle = Bundle::open(bytes).map_err(|problem| problem.to_string())?;
    Ok(Live { folder, files: world.first_policy.clone(), bundle, _draft: None })
}

/// Writes the catalogue, and brings the keys that the media are encrypted with, as somebody who comes from another key server would.
async fn seed(origin: &Origin, folder: &Folder, world: &World) -> Result<(), String> {
    let login = world.issuer.administrator(crate::front::now())?;
    for entry in &folder.titles {
        let path = format!("/v1/admin/titles/{}", entry.id);
        origin.tell(Method::PUT, &path, &login, &entry.title).await?;
    }
    for key in &folder.keys {
        let path = format!("/v1/admin/keys/{}", key.kid);
        origin.tell(Method::PUT, &path, &login, &key.import()?).await?;
    }
    Ok(())
}

/// The same port of the other address that `localhost` means, which browsers try first: somebody else who listens there would be asked
/// instead. Where there is no IPv6 there is none.
async fn other(port: u16) -> Result<Option<TcpListener>, String> {
    match TcpListener::bind(("::1", port)).await {
        Ok(listener) => Ok(Some(listener)),
        Err(problem) if problem.kind() == ErrorKind::AddrInUse => {
            Err(format!("port {port}: somebody else listens on [::1]; name another with --port"))
        }
        Err(_) => Ok(None),
    }
}

async fn listen() -> Result<TcpListener, String> {
    TcpListener::bind(("127.0.0.1", 0)).await.map_err(|problem| format!("no port is free: {problem}"))
}

/// The one address, as browsers write it: without the port that goes without saying.
fn public(port: u16) -> String {
    if port == 80 { "http://localhost".to_owned() } else { format!("http://localhost:{port}") }
}

fn port(listener: &TcpListener) -> Result<u16, String> {
    listener.local_addr().map(|address| address.port()).map_err(|problem| problem.to_string())
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move {
        if let Err(problem) = axum::serve(listener, router).await {
            print(&format!("it listens no more: {problem}"));
        }
    });
}

/// Does one thing, and says what and how long it took.
async fn step<T>(what: &str, doing: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let begun = Instant::now();
    let done = doing.await?;
    print(&format!("  {what:<46} {:>5} ms", begun.elapsed().as_millis()));
    Ok(done)
}

/// Progress is no result.
fn print(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Until Ctrl-C, or whoever started it wants it to end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let others = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        if let (Ok(mut terminate), Ok(mut hangup)) = others {
            tokio::select! {
                _ = terminate.recv() => return,
                // The terminal was closed.
                _ = hangup.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_browsers_send_as_host_and_origin() {
        for (port, expected) in
            [(80, "http://localhost"), (8700, "http://localhost:8700"), (443, "http://localhost:443")]
        {
            assert_eq!(public(port), expected);
        }
    }
}
