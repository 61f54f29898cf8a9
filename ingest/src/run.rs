//! From a file to a title, step by step.

use crate::catalogue::{Artwork, Entry, Rendition};
use crate::encode::encode;
use crate::keys::{Key, Written, label, labels, relative};
use crate::ladder::{Ladder, Rung};
use crate::package::{Packaging, Piece, Track};
use crate::pictures::{Encoded, poster, storyboard};
use crate::place::{Changes, Work, alone, in_words};
use crate::progress::Progress;
use crate::source::{Source, Video};
use crate::stop::Stop;
use crate::target::{Shelf, Target, taken};
use crate::tools::Tools;
use crate::{IngestError, Order, Protection, To, playlists};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// In the working folder: the title's media, and its pictures for everyone.
const TITLE: &str = "title";
pub(crate) const ARTWORK: &str = "artwork";

/// Makes a title of a video, and says what was made. Progress is told on standard error.
///
/// # Errors
/// The first thing that is wrong, in a sentence. Then nothing is left behind, and what was there is as it was.
pub fn run(order: &Order) -> Result<Value, IngestError> {
    order.check()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|problem| format!("no threads can be had: {problem}"))?;
    runtime.block_on(async {
        let mut progress = Progress::new();
        let made = make(order, &mut progress, &Stop::listen()).await;
        if made.is_err() {
            progress.clear();
        }
        made
    })
}

/// Everything about a title that was encoded and cut.
struct Made {
    source: Source,
    ladder: Ladder,
    seconds: f64,
    keys: Vec<Key>,
    videos: Vec<Track>,
    audio: Option<Track>,
    poster: (u32, u32),
}

async fn make(order: &Order, progress: &mut Progress, stop: &Stop) -> Result<Value, IngestError> {
    let begun = Instant::now();
    let video = Video::open(&order.file)?;
    let target = Target::of(order, stop).await?;
    Shelf::look(order, &target)?;
    if let Some(api) = &target.api
        && api.has(&order.title, stop).await?
        && !order.replace
    {
        return Err(taken(&order.title).into());
    }
    let tools = Tools::find(&order.tools, progress, stop).await?;
    let source = video.look(&tools, stop).await?;
    if source.range != "SDR" {
        progress.remark("its colours are for bright screens (HDR), and stay so: what other screens show is the player's affair");
    }
    let ladder = Ladder::of(source.height, &order.heights);
    let rungs = ladder.rungs();
    let keys = content_keys(order, &target, &source, &rungs, progress, stop).await?;

    let alone_here = alone(&target.output, stop).await?;
    let work = Work::make(&target.output)?;
    drop(alone_here);
    let seconds = encode(&video, &source, &rungs, work.path(), &tools, progress, stop).await?;
    let packaging = Packaging {
        work: work.path(),
        title: TITLE,
        protection: order.protection,
        keys: &keys,
        tools: &tools,
    };
    let (videos, audio) = package(&packaging, &source, &rungs, progress, stop).await?;
    let mut made = Made { source, ladder, seconds, keys, videos, audio, poster: (0, 0) };
    progress.begin("small pictures");
    made.poster = draw(&made, &rungs, work.path(), &tools, stop).await?;
    progress.done("small pictures");
    made.write_playlists(order.protection, work.path())?;

    let entry = made.entry(order);
    publish(order, &target, &made, &entry, work.path(), stop).await?;
    Ok(made.told(order, &target, &entry, begun))
}

/// The keys that the title needs: the key server's if there is one, else new ones.
async fn content_keys(
    order: &Order,
    target: &Target,
    source: &Source,
    rungs: &[Rung],
    progress: &mut Progress,
    stop: &Stop,
) -> Result<Vec<Key>, IngestError> {
    let labels = labels(order.protection, rungs.iter().map(|rung| rung.height), source.sound.is_some());
    if labels.is_empty() {
        return Ok(Vec::new());
    }
    let Some(api) = &target.api else {
        progress.remark("new keys are written into keys.json, readable by anybody: for the demo, not for what is worth something");
        return Ok(labels.into_iter().map(Key::new).collect::<Result<_, _>>()?);
    };
    let what = "keys from the key server (SPEKE)";
    progress.begin(what);
    let mut keys = api.keys(&order.title, order.protection, &labels, stop).await?;
    if target.relative_keys {
        for key in &mut keys {
            key.address = relative(key.kid);
        }
    }
    progress.done(what);
    if target.open_keys {
        progress.remark("they are in keys.json, too, readable by anybody: the demo's key server forgets them when it stops");
    }
    Ok(keys)
}

/// Cuts everything, and writes nothing but segments.
async fn package(
    packaging: &Packaging<'_>,
    source: &Source,
    rungs: &[Rung],
    progress: &mut Progress,
    stop: &Stop,
) -> Result<(Vec<Track>, Option<Track>), IngestError> {
    let what = if packaging.protection == Protection::None { "cutting" } else { "cutting and encrypting" };
    progress.begin(what);
    packaging.prepare()?;
    let mut videos = Vec::new();
    for rung in rungs {
        let piece = Piece { file: &rung.file, folder: &rung.folder, height: Some(rung.height) };
        videos.push(packaging.cut(&piece, stop).await?);
    }
    let sound = Piece { file: "audio.mp4", folder: "audio/main", height: None };
    let audio = if source.sound.is_some() { Some(packaging.cut(&sound, stop).await?) } else { None };
    progress.done(what);
    Ok((videos, audio))
}

async fn draw(
    made: &Made,
    rungs: &[Rung],
    work: &Path,
    tools: &Tools,
    stop: &Stop,
) -> Result<(u32, u32), IngestError> {
    let board = format!("{TITLE}/text/storyboard");
    for folder in [board.as_str(), ARTWORK] {
        let path = work.join(folder);
        std::fs::create_dir_all(&path).map_err(|problem| in_words(&path, &problem))?;
    }
    let of = |number: usize| {
        let (rung, track) = (rungs.get(number)?, made.videos.get(number)?);
        Some(Encoded { file: &rung.file, size: track.size? })
    };
    let unknown = || "the packager does not say how large the pictures are".to_owned();
    let (first, last) = (of(0).ok_or_else(unknown)?, of(rungs.len().saturating_sub(1)).ok_or_else(unknown)?);
    storyboard(&last, made.seconds, &board, work, tools, stop).await?;
    poster(&first, made.seconds, ARTWORK, work, tools, stop).await
}

impl Made {
    fn key(&self, protection: Protection, height: Option<u32>) -> Option<&Key> {
        self.keys.iter().find(|key| key.label == label(protection, height))
    }

    fn write_playlists(&self, protection: Protection, work: &Path) -> Result<(), String> {
        let title = work.join(TITLE);
        let put = |name: &str, text: &str| {
            let path = title.join(name);
            let folder = path.parent().unwrap_or(&path);
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
            written.map_err(|problem| in_words(&path, &problem))
        };
        for track in self.videos.iter().chain(&self.audio) {
            let key = self.key(protection, track.size.map(|(_, height)| height));
            put(&format!("{}/index.m3u8", track.folder), &playlists::media(track, protection, key))?;
        }
        let audio = self.audio.as_ref().zip(self.source.sound.as_ref());
        let full: Vec<&Track> = self.main().collect();
        put("master.m3u8", &playlists::master(&full, audio, self.source.range, ""))?;
        put("mobile/master.m3u8", &playlists::master(&self.for_phones(), audio, self.source.range, "../"))
    }

    fn main(&self) -> impl Iterator<Item = &Track> {
        self.videos.iter().filter(|video| !video.folder.starts_with("mobile/"))
    }

    /// From the highest on.
    fn for_phones(&self) -> Vec<&Track> {
        let is_shared =
            |video: &&Track| video.size.is_some_and(|(_, height)| self.ladder.shared.contains(&height));
        let own = self.videos.iter().filter(|video| video.folder.starts_with("mobile/"));
        let mut all: Vec<&Track> = self.main().filter(is_shared).chain(own).collect();
        all.sort_by_key(|video| std::cmp::Reverse(video.size.map(|(_, height)| height)));
        all
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of at most a day")]
    fn entry(&self, order: &Order) -> Entry {
        let sound = self.audio.as_ref();
        let renditions = self.videos.iter().filter_map(|video| {
            Some(Rendition {
                height: video.size?.1,
                bandwidth: video.peak() + sound.map_or(0, Track::peak),
                codecs: playlists::codecs(video, sound),
            })
        });
        let (width, height) = self.poster;
        Entry {
            name: order.shown_name(),
            description: order.description.clone(),
            live: false,
            seconds: self.seconds.round().max(1.0) as u32,
            renditions: renditions.collect(),
            artwork: vec![Artwork {
                url: format!("/artwork/{}/poster.jpg", order.title),
                role: "poster",
                width,
                height,
            }],
            keys: self.keys.iter().map(|key| key.kid.to_string()).collect(),
            metadata: BTreeMap::from([("protection", order.protection.name().to_owned())]),
        }
    }

    /// What was made, for whoever asked.
    fn told(&self, order: &Order, target: &Target, entry: &Entry, begun: Instant) -> Value {
        let from = if target.api.is_some() { "key server" } else { "made here" };
        let keys = self
            .keys
            .iter()
            .map(|key| json!({ "label": key.label, "kid": key.kid.to_string(), "from": from }));
        let folder = target.output.join("vod").join(&order.title);
        let heights = |mobile: bool| {
            let of_ladder =
                self.videos.iter().filter(move |video| video.folder.starts_with("mobile/") == mobile);
            of_ladder.filter_map(|video| Some(video.size?.1)).collect::<Vec<_>>()
        };
        let tracks = || self.videos.iter().chain(&self.audio);
        let bytes: u64 = tracks().flat_map(|track| &track.segments).map(|(_, bytes)| bytes).sum();
        json!({
            "title": order.title,
            "name": entry.name,
            "seconds": self.seconds,
            "source": { "width": self.source.width, "height": self.source.height, "rate": self.source.rate },
            "heights": heights(false),
            "mobile_heights": heights(true),
            "sound": self.audio.is_some(),
            "protection": order.protection.name(),
            "keys": keys.collect::<Vec<_>>(),
            "keys_in_the_clear": target.open_keys.then(|| target.output.join("keys.json")),
            "manifest": format!("/vod/{}/master.m3u8", order.title),
            "folder": folder,
            "segments": tracks().map(|track| track.segments.len()).sum::<usize>(),
            "bytes": bytes,
            "catalogue": target.output.join("catalogue.json"),
            "live_at": match &order.to {
                To::Folder => None,
                To::Server(server) => Some(&server.url),
                To::Demo(address) => Some(address),
            },
            "took_seconds": begun.elapsed().as_secs_f64(),
        })
    }
}

/// Puts everything into its place, and tells the origin API. What fails is put back.
async fn publish(
    order: &Order,
    target: &Target,
    made: &Made,
    entry: &Entry,
    work: &Path,
    stop: &Stop,
) -> Result<(), IngestError> {
    let Target { output, api, open_keys, .. } = target;
    let _alone = alone(output, stop).await?;
    stop.check()?;
    // Somebody else may have made the same title meanwhile.
    let shelf = Shelf::look(order, target)?;
    let keys = made.keys.iter().filter(|_| *open_keys);
    let keys = keys.map(|key| Written::of(&order.title, key, order.protection)).collect();
    let texts = shelf.with(&order.title, entry, keys)?;
    let mut changes = Changes::default();
    for (kind, new) in [("vod", TITLE), (ARTWORK, ARTWORK)] {
        let place = output.join(kind).join(&order.title);
        if place.exists() {
            changes.rename(&place, &work.join(format!("former-{kind}")))?;
        }
        changes.rename(&work.join(new), &place)?;
    }
    for (name, text) in &texts {
        changes.write(&output.join(name), text, work)?;
    }
    if let Some(api) = api {
        api.put(&order.title, entry, order.replace, stop).await?;
    }
    changes.keep();
    Ok(())
}
