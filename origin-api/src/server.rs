//! Listening, and stopping in order.

use crate::app::{App, StartError};
use crate::config::{Config, Problem};
use crate::connections::{self, Connected, Connections};
use crate::http::{Side, router};
use crate::log;
use crate::metrics::count;
use crate::overview::Overview;
use crate::ready::Ready;
use crate::stalled::{Impatient, Pace};
use crate::steady::Steady;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::http::Uri;
use hyper::http::uri::PathAndQuery;
use hyper::{Request, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::collections::HashMap;
use std::error::Error as _;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

/// For how long a connection may take to send a request's head, or stay without one.
const HEAD: Duration = Duration::from_secs(15);

/// The most bytes of a request's head.
const LARGEST_HEAD: usize = 32 * 1024;

/// How slowly a client may take its answer: 128 kbit/s are too few for any picture, and many for a list of addresses.
const PACE: Pace = Pace { patience: Duration::from_secs(20), least: 16 * 1024 };

/// How often it is looked whether other servers changed anything.
const LOOK: Duration = Duration::from_secs(5);

/// At every so many looks it is tidied up.
const TIDY: u64 = 6;

/// At every so many everything is read anew, for whoever changed something may have been killed before it told the others.
const WHOLE: u64 = 120;

/// A server that listens.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    private: Option<(TcpListener, SocketAddr)>,
}

/// Why nothing is served.
#[derive(Debug)]
pub enum NotServed {
    /// What is wrong with the configuration, or with what it names.
    Mistakes(Vec<Problem>),
    /// What could not be opened.
    Start(StartError),
}

impl From<Vec<Problem>> for NotServed {
    fn from(mistakes: Vec<Problem>) -> Self {
        Self::Mistakes(mistakes)
    }
}

impl From<StartError> for NotServed {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl Server {
    /// Opens what the configuration names, and listens.
    ///
    /// # Errors
    /// When it cannot, in words.
    pub async fn open(app: Arc<App>) -> Result<Self, StartError> {
        let (listener, address) = listen("listen", &app.config.listen).await?;
        let private = match &app.config.private_listen {
            Some(private) => Some(listen("private_listen", private).await?),
            None => None,
        };
        Ok(Self { app, listener, address, private })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stopped`, and then for as long as it drains; then finishes what it accepted, for as long as is
    /// configured. `at_once` ends all of that. Leases stay as they are.
    pub async fn run(self, stopped: impl Future<Output = ()>, at_once: impl Future<Output = ()>) {
        let Self { app, listener, address, private } = self;
        let public = Door::public(&app);
        listening(&app, address, private.as_ref().map(|(_, address)| *address));
        Ready::warn(&app.warnings);
        let graceful = GracefulShutdown::new();
        let tidying = tokio::spawn(tidy(Arc::clone(&app)));
        tokio::pin!(at_once);
        let is_hurried = tokio::select! {
            () = public.keep_open(&listener, &graceful) => false,
            () = keep_private(&app, private.as_ref().map(|(listener, _)| listener), &graceful) => false,
            () = drained(&app, stopped) => false,
            () = &mut at_once => true,
        };
        drop((listener, private));
        log::line("stopping", &HashMap::new());
        if !is_hurried {
            let patience = Duration::from_secs(u64::from(app.config.limits.stop_seconds));
            tokio::select! {
                _ = tokio::time::timeout(patience, graceful.shutdown()) => {}
                () = at_once => {}
            }
        }
        tidying.abort();
        app.store.close().await;
        log::line("stopped", &HashMap::new());
    }
}

/// Serves what a configuration says until the process is told to stop (SIGTERM, or Ctrl-C); told again, it stops at once.
///
/// # Errors
/// Why it cannot start.
pub fn serve(config: Config) -> Result<(), NotServed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|problem| StartError(format!("threads: {problem}")))?;
    runtime.block_on(async {
        let app = App::open(Ready::new(config).await?).await?;
        #[cfg(feature = "lambda")]
        if crate::lambda::is_here() {
            Ready::warn(&app.warnings);
            return Ok(crate::lambda::serve(app).await.map_err(StartError)?);
        }
        let server = Server::open(app).await?;
        let signals = signals().map_err(|problem| StartError(format!("signals: {problem}")))?;
        server.run(told(signals.clone(), 1), told(signals, 2)).await;
        Ok(())
    })
}

/// Says what a configuration would serve, and serves nothing: everything that it names is read, and nothing opened that is written to.
///
/// # Errors
/// All that is wrong.
pub fn overview(config: Config) -> Result<Overview, NotServed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|problem| StartError(format!("threads: {problem}")))?;
    Ok(runtime.block_on(Overview::of(config))?)
}

/// Counts how often the process is told to stop.
#[cfg(unix)]
fn signals() -> std::io::Result<watch::Receiver<u32>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let (count, signals) = watch::channel(0);
    tokio::spawn(async move {
        while let Some(()) = tokio::select! {
            one = terminated.recv() => one,
            one = interrupted.recv() => one,
        } {
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(signals)
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<watch::Receiver<u32>> {
    let (count, signals) = watch::channel(0);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(signals)
}

/// Done when it was told so often.
async fn told(mut signals: watch::Receiver<u32>, times: u32) {
    if signals.wait_for(|count| *count >= times).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Done when it was told to stop, and whoever sends requests had the time to notice.
async fn drained(app: &App, stopped: impl Future<Output = ()>) {
    stopped.await;
    let seconds = app.config.limits.drain_seconds;
    if seconds > 0 {
        app.draining.store(true, Ordering::Relaxed);
        log::line("draining", &HashMap::from([("seconds", seconds.to_string().as_str())]));
        tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
    }
}

async fn listen(field: &str, address: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let about = |problem: std::io::Error| StartError(format!("{field} `{address}`: {problem}"));
    let listener = connections::listen(address).await.map_err(about)?;
    let at = listener.local_addr().map_err(about)?;
    Ok((listener, at))
}

/// The first line of the log.
fn listening(app: &App, address: SocketAddr, private: Option<SocketAddr>) {
    let policy = app.policies.bundle().name();
    let mut known = vec![
        ("address", address.to_string()),
        ("policy", policy),
        ("policy_from", app.policies.from().to_owned()),
    ];
    known.extend(private.map(|private| ("private_address", private.to_string())));
    log::line("listening", &known.iter().map(|(key, value)| (*key, value.as_str())).collect());
}

async fn tidy(app: Arc<App>) {
    let mut clock = Steady::new(log::now());
    for turn in 1_u64.. {
        tokio::time::sleep(LOOK).await;
        if app.store.is_shared() || app.marks.is_in_doubt() {
            app.catch_up(turn.is_multiple_of(WHOLE)).await;
        }
        if !turn.is_multiple_of(TIDY) {
            continue;
        }
        if let Some(seconds) = clock.look(log::now()) {
            log::line("clock", &HashMap::from([("jumped", seconds.to_string().as_str())]));
        }
        app.tidy(clock.is_believed()).await;
    }
}

/// Where connections come in: how many may be there, and what they can ask for.
struct Door {
    app: Arc<App>,
    router: Router,
    places: Arc<Semaphore>,
    connections: Arc<Connections>,
}

impl Door {
    fn public(app: &Arc<App>) -> Self {
        let most = connections::most(&app.config.limits);
        let of_one = connections::most_of_one(&app.config.limits, most);
        Self::new(app, Side::public(app), most, of_one)
    }

    fn new(app: &Arc<App>, side: Side, most: usize, of_one: usize) -> Self {
        Self {
            app: Arc::clone(app),
            router: router(app, side),
            places: Arc::new(Semaphore::new(most)),
            connections: Connections::new(of_one),
        }
    }

    /// Lets in who comes, for ever.
    async fn keep_open(&self, listener: &TcpListener, graceful: &GracefulShutdown) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => match self.connections.admit(peer.ip()) {
                    Some(connected) => self.converse(stream, peer, (place, connected), graceful),
                    // Not a word: to say something would cost what is to be saved.
                    None => count(&self.app.metrics.connections_refused),
                },
                // Too many files are open, mostly: others will be closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn converse(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: (OwnedSemaphorePermit, Connected),
        graceful: &GracefulShutdown,
    ) {
        // Answers are whole: there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            gathered(&mut request);
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(Impatient::new(stream, PACE)), service);
        let connection = graceful.watch(connection);
        let app = Arc::clone(&self.app);
        tokio::spawn(async move {
            let metrics = &app.metrics;
            metrics.connections.fetch_add(1, Ordering::Relaxed);
            // Whatever else went wrong with it is the client's to notice.
            if connection.await.is_err_and(|problem| took_too_little(&problem)) {
                count(&metrics.connections_cut);
            }
            metrics.connections.fetch_sub(1, Ordering::Relaxed);
            drop(place);
        });
    }
}

/// Lets in who looks after the server, if they have a door of their own.
async fn keep_private(app: &Arc<App>, listener: Option<&TcpListener>, graceful: &GracefulShutdown) {
    match listener {
        Some(listener) => {
            Door::new(app, Side::Private, connections::PRIVATE, 0).keep_open(listener, graceful).await;
        }
        None => std::future::pending().await,
    }
}

fn took_too_little(problem: &hyper::Error) -> bool {
    let cause = problem.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::TimedOut)
}

/// Titles and paths at the end of a route are one piece, however many slashes are in them.
pub(crate) fn gathered(request: &mut Request<Body>) {
    let path = request.uri().path();
    let begin = |prefix: &str| path.strip_prefix(prefix).map(|_| prefix.len());
    let from = begin("/v1/catalog/").or_else(|| begin("/v1/admin/titles/")).or_else(|| {
        let rest = path.strip_prefix("/v1/manifests/")?;
        Some(path.len() - rest.len() + rest.find('/')? + 1)
    });
    let Some((route, piece)) = from.and_then(|from| path.split_at_checked(from)) else { return };
    if !piece.contains('/') {
        return;
    }
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let whole = format!("{route}{}{query}", piece.replace('/', "%2F"));
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(whole).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}
