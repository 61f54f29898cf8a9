//! The origin API: `playgate serve`, started as anybody would, asked as an administrator would.

use crate::commands::Playgate;
use crate::keeper::{Keeper, Kept};
use crate::needed::{Ended, Needed};
use crate::record::Record;
use crate::world::World;
use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::Value;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;
use tokio::sync::oneshot;

/// The running origin API. It is told to stop when it is dropped.
pub(crate) struct Origin {
    /// Such as `http://127.0.0.1:40111`.
    pub(crate) address: String,
    client: Client<HttpConnector, Full<Bytes>>,
    // Before the child: an end that is wanted is no news.
    _needed: Needed,
    _kept: Option<Kept>,
    _child: Child,
}

/// A line of its log.
#[derive(Deserialize)]
struct Line {
    event: Option<String>,
    address: Option<String>,
    id: Option<String>,
    microseconds: Option<u64>,
}

impl Origin {
    /// Starts it, and waits until it listens.
    pub(crate) async fn start(
        playgate: &Playgate,
        world: &World,
        record: Arc<Record>,
        ended: &Ended,
        keeper: &Keeper,
    ) -> Result<Self, String> {
        let mut child = playgate
            .command()
            .current_dir(world.path())
            .args(["serve", "--config", "serve.toml"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|problem| format!("`playgate serve`: {problem}"))?;
        let kept = keeper.keep(&child);
        let stdout = child.stdout.take().ok_or("`playgate serve` has no standard output")?;
        let (tell, told) = oneshot::channel();
        let (needed, watch) = ended.watch("the origin API");
        tokio::spawn(async move {
            let mut tell = Some(tell);
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let Ok(line) = serde_json::from_str::<Line>(&line) else { continue };
                if line.event.as_deref() == Some("listening")
                    && let (Some(tell), Some(address)) = (tell.take(), line.address)
                {
                    let _ = tell.send(address);
                } else if let (Some(id), Some(microseconds)) = (line.id, line.microseconds) {
                    record.cost(&id, microseconds);
                }
            }
            if tell.is_none() {
                watch.over();
            }
        });
        let address =
            told.await.map_err(|_| "`playgate serve` did not start; what it said stands above".to_owned())?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { address: format!("http://{address}"), client, _needed: needed, _kept: kept, _child: child })
    }

    /// Asks it, as an administrator if there is a login.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        login: Option<&str>,
        kind: &str,
        body: impl Into<Bytes>,
    ) -> Result<(StatusCode, Bytes), String> {
        let about = |problem: &dyn std::fmt::Display| format!("{method} {path}: {problem}");
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("{}{path}", self.address))
            .header("content-type", kind);
        if let Some(login) = login {
            request = request.header("authorization", format!("Bearer {login}"));
        }
        let request = request.body(Full::new(body.into())).map_err(|problem| about(&problem))?;
        let answer = self.client.request(request).await.map_err(|problem| about(&problem))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|problem| about(&problem))?;
        Ok((status, body.to_bytes()))
    }

    /// The same with JSON, where anything but success is an error in its words.
    pub(crate) async fn tell(
        &self,
        method: Method,
        path: &str,
        login: &str,
        body: &Value,
    ) -> Result<(), String> {
        let (status, answer) =
            self.ask(method.clone(), path, Some(login), "application/json", body.to_string()).await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("{method} {path}: {status}: {}", String::from_utf8_lossy(&answer)))
        }
    }
}
