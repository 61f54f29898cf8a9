//! Listening, and stopping in order.

use crate::app::{App, StartError};
use crate::config::{Config, Problem};
use crate::http::router;
use crate::log;
use crate::overview::Overview;
use crate::ready::Ready;
use crate::stalled::Impatient;
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
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// For how long a connection may take to send a request's head, or stay without one.
const HEAD: Duration = Duration::from_secs(15);

/// The most bytes of a request's head.
const LARGEST_HEAD: usize = 32 * 1024;

/// For how long a client may take nothing of its answer.
const TAKEN: Duration = Duration::from_secs(20);

/// Files that are not connections of clients: the store, issuers, media, standard output.
const OTHER_FILES: usize = 128;

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
        let listen = &app.config.listen;
        let about = |problem: std::io::Error| StartError(format!("listen `{listen}`: {problem}"));
        let listener = TcpListener::bind(listen.as_str()).await.map_err(about)?;
        let address = listener.local_addr().map_err(about)?;
        Ok(Self { app, listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stopped`; then finishes what it accepted, for as long as is configured. Leases stay as they are.
    pub async fn run(self, stopped: impl Future<Output = ()>) {
        let Self { app, listener, address } = self;
        let router = router(&app);
        let places = Arc::new(Semaphore::new(connections(app.config.limits.connections)));
        let policy = app.policies.bundle().name();
        let known = [
            ("address", address.to_string()),
            ("policy", policy),
            ("policy_from", app.policies.from().to_owned()),
        ];
        log::line("listening", &known.iter().map(|(key, value)| (*key, value.as_str())).collect());
        Ready::warn(&app.warnings);
        let graceful = GracefulShutdown::new();
        let tidying = tokio::spawn(tidy(Arc::clone(&app)));
        tokio::pin!(stopped);
        loop {
            let place = tokio::select! {
                () = &mut stopped => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let Ok(place) = place else { break };
            let accepted = tokio::select! {
                () = &mut stopped => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => converse(stream, peer, place, router.clone(), &graceful),
                // Too many files are open, mostly: others will be closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        drop(listener);
        log::line("stopping", &HashMap::new());
        let patience = Duration::from_secs(u64::from(app.config.limits.stop_seconds));
        let _ = tokio::time::timeout(patience, graceful.shutdown()).await;
        tidying.abort();
        app.store.close().await;
        log::line("stopped", &HashMap::new());
    }
}

/// Serves what a configuration says until the process is told to stop (SIGTERM, or Ctrl-C).
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
        let stopped = stopped().map_err(|problem| StartError(format!("signals: {problem}")))?;
        server.run(stopped).await;
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

/// Done when the process is told to stop.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn tidy(app: Arc<App>) {
    let mut clock = Steady::new(log::now());
    for turn in 1_u64.. {
        tokio::time::sleep(LOOK).await;
        if app.store.is_shared() {
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

/// How many connections there may be: what is configured, or fewer, so that the process can still open other files.
fn connections(configured: usize) -> usize {
    let files = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| files(&limits));
    let room = files.map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES).max(1));
    if room < configured {
        let (room, configured) = (room.to_string(), configured.to_string());
        let known = [
            ("connections", room.as_str()),
            ("configured", configured.as_str()),
            ("detail", "the process may not open more files; raise its limit (`ulimit -n`, `LimitNOFILE`)"),
        ];
        log::line("fewer_connections", &HashMap::from(known));
    }
    room.min(configured)
}

/// How many files the process may open, as Linux says it.
fn files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    router: Router,
    graceful: &GracefulShutdown,
) {
    // Answers are whole: there is nothing to wait for.
    let _ = stream.set_nodelay(true);
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
        .serve_connection(TokioIo::new(Impatient::new(stream, TAKEN)), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // Whatever went wrong with it is the client's to notice.
        let _ = connection.await;
        drop(place);
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_files_linux_lets_it_open() {
        for (limits, expected) in [
            (
                "Max processes 1 2 processes\nMax open files            1024                 1048576              files\n",
                Some(1024),
            ),
            ("Max open files            unlimited            unlimited            files\n", None),
            ("", None),
        ] {
            assert_eq!(files(limits), expected, "{limits}");
        }
    }
}
