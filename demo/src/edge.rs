//! The edge: built by `playgate edge build` for Workers, and run by workerd, as Cloudflare runs it.
//!
//! A new policy is a new build beside the running one: requests go to the new worker as soon as it listens.

use crate::commands::Playgate;
use crate::keeper::{Keeper, Kept};
use crate::needed::{Ended, Needed};
use crate::world::World;
use serde::Deserialize;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// For how long the former worker goes on: what it was asked is answered by then.
const LAST: Duration = Duration::from_secs(5);

/// In which header the worker's runtime is told what Cloudflare would know of a request.
pub(crate) const CF: &str = "x-demo-cf";

/// The running edge.
pub(crate) struct Edge {
    programs: Programs,
    now: RwLock<Arc<Worker>>,
}

/// What a new worker is built and run with.
pub(crate) struct Programs {
    pub(crate) workerd: PathBuf,
    pub(crate) playgate: Playgate,
    pub(crate) ended: Ended,
    pub(crate) keeper: Keeper,
}

/// One worker. It ends when nobody asks it any more.
pub(crate) struct Worker {
    /// Such as `http://127.0.0.1:40112`.
    pub(crate) address: String,
    // In this order: an end that is wanted is no news, and the folder goes when nobody reads in it.
    _needed: Needed,
    _kept: Option<Kept>,
    _child: Child,
    _built: Built,
}

/// The folder of a worker's files, which goes with it.
struct Built(PathBuf);

impl Drop for Built {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Deserialize)]
struct Control {
    event: String,
    port: Option<u16>,
}

impl Edge {
    /// Builds it with the policy in this folder, and starts it.
    pub(crate) async fn start(programs: Programs, world: &World, policies: &Path) -> Result<Self, String> {
        let worker = programs.build_and_run(world, policies).await?;
        Ok(Self { programs, now: RwLock::new(Arc::new(worker)) })
    }

    /// The one that answers now.
    pub(crate) fn now(&self) -> Arc<Worker> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Builds it anew with another policy, and starts it beside the one that answers.
    pub(crate) async fn build(&self, world: &World, policies: &Path) -> Result<Worker, String> {
        self.programs.build_and_run(world, policies).await
    }

    /// Lets a new one take over.
    pub(crate) fn change(&self, worker: Worker) {
        let former = {
            let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *now, Arc::new(worker))
        };
        tokio::spawn(async move {
            tokio::time::sleep(LAST).await;
            drop(former);
        });
    }
}

impl Programs {
    async fn build_and_run(&self, world: &World, policies: &Path) -> Result<Worker, String> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let folder = world.path().join(format!("edge-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        let built = Built(folder.clone());
        let text = |path: &Path| path.display().to_string();
        let (policies, output) = (text(policies), text(&folder));
        let arguments = [
            "edge",
            "build",
            "--config",
            "edge.toml",
            "--policies",
            &policies,
            "--target",
            "worker",
            "-o",
            &output,
        ];
        let said = self.playgate.ask(world.path(), &arguments).await?;
        if !said.holds {
            return Err(format!("the edge was not built: {}", said.stderr.trim()));
        }
        let configuration = configuration(&folder, world)?;
        let file = folder.join("demo.capnp");
        std::fs::write(&file, configuration).map_err(|problem| format!("{}: {problem}", file.display()))?;
        self.run(&file, built).await
    }

    async fn run(&self, file: &Path, built: Built) -> Result<Worker, String> {
        let Self { workerd, ended, keeper, .. } = self;
        let mut child = Command::new(workerd)
            .arg("serve")
            .arg(file)
            // Tells on its standard output where it listens.
            .arg("--control-fd=1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|problem| format!("{}: {problem}", workerd.display()))?;
        let kept = keeper.keep(&child);
        let stdout = child.stdout.take().ok_or("workerd has no standard output")?;
        let (tell, told) = oneshot::channel();
        let (needed, watch) = ended.watch("the edge");
        tokio::spawn(async move {
            let mut tell = Some(tell);
            let mut lines = BufReader::new(stdout).lines();
            // Also what follows is read, the worker's own log: it would stand still if nobody did.
            while let Ok(Some(line)) = lines.next_line().await {
                if tell.is_some()
                    && let Ok(Control { event, port: Some(port) }) = serde_json::from_str(&line)
                    && event == "listen"
                    && let Some(tell) = tell.take()
                {
                    let _ = tell.send(port);
                }
            }
            if tell.is_none() {
                watch.over();
            }
        });
        let port = told.await.map_err(|_| "workerd did not start; what it said stands above".to_owned())?;
        Ok(Worker {
            address: format!("http://127.0.0.1:{port}"),
            _needed: needed,
            _kept: kept,
            _child: child,
            _built: built,
        })
    }
}

/// What workerd is told: the modules that were built, the token key as the secret that a deployment would have, and who it may ask.
fn configuration(folder: &Path, world: &World) -> Result<String, String> {
    let about = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(about)? {
        names.push(entry.map_err(about)?.file_name().to_string_lossy().into_owned());
    }
    // The first module is the one that is asked.
    names.sort_by_key(|name| (name != "index.js", name.clone()));
    let mut modules = String::new();
    for (name, kind) in names.iter().filter_map(|name| Some((name, kind(name)?))) {
        let _ = write!(modules, "(name = {name}, {kind} = embed {name}), ", name = json!(name));
    }
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = (
      modules = [{modules}],
      bindings = [(name = "PLAYGATE_KEY_DEMO", text = {key})],
      compatibilityDate = "2026-04-01",
      globalOutbound = "here",
    )),
    (name = "here", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (cfBlobHeader = {CF:?}), service = "edge")],
);
"#,
        key = json!(world.token_key),
    ))
}

/// What kind of module a file is, if it is one.
fn kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "js" | "mjs" => Some("esModule"),
        "wasm" => Some("wasm"),
        "bin" | "bundle" => Some("data"),
        "json" if name == "shell.json" => Some("data"),
        _ => None,
    }
}
