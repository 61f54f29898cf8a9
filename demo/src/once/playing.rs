//! Plays each title by each delivery: playlists, keys, every segment of two renditions and of the sound, opened; a heartbeat, and the end.

use super::client::Client;
use super::playlist::{Master, Media, resolved};
use super::{Tried, text, tried};
use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// How many of the newest segments of a channel are played.
const OF_A_CHANNEL: usize = 2;

/// What came of playing.
#[derive(Debug, Default)]
struct Played {
    segments: usize,
    bytes: usize,
    heights: Vec<u16>,
    keys: usize,
}

pub(super) async fn all(client: &Client, state: &Value) -> Vec<Tried> {
    let mut rows = Vec::new();
    for title in state.get("titles").and_then(Value::as_array).into_iter().flatten() {
        let id = title.get("id").and_then(Value::as_str).unwrap_or_default();
        for delivery in ["path-token", "cookie", "signed-url"] {
            rows.push(tried(id, delivery, play(client, id, delivery)).await);
        }
    }
    rows
}

async fn play(client: &Client, title: &str, delivery: &str) -> Result<String, String> {
    // An account of its own for each, so that nobody is in the way of another.
    let account = format!("once-{}-{delivery}", title.replace('/', "-"));
    let client = client.logged_in(&account, "premium").await?;
    let playback = client.play(title, delivery).await?.json(200)?;
    let played = stream(&client, &playback).await?;

    let heartbeat = text(&playback, "/heartbeat/url")?;
    let renewed = client.post(heartbeat, &json!({})).await?.json(200)?;
    if text(&renewed, "/session")? != text(&playback, "/session")? {
        return Err("the heartbeat is another session's".to_owned());
    }
    let again = client.get(text(&renewed, "/url")?).await?;
    again.bytes(200).map_err(|problem| format!("after a heartbeat: {problem}"))?;
    let session = heartbeat.strip_suffix("/heartbeat").unwrap_or(heartbeat);
    client.delete(session).await?.bytes(204)?;
    client.post(heartbeat, &json!({})).await?.refusal(403, "session_ended")?;
    let Played { segments, bytes, heights, keys } = played;
    let heights: Vec<_> = heights.iter().map(|height| format!("{height}p")).collect();
    let keys = if keys == 0 { String::new() } else { format!(", {keys} keys") };
    Ok(format!("{} and sound: {segments} segments, {} kB{keys}", heights.join(", "), bytes / 1000))
}

async fn stream(client: &Client, playback: &Value) -> Result<Played, String> {
    // As a player that drops nothing by itself.
    let url = text(playback, "/capped_url").or_else(|_| text(playback, "/url"))?;
    let master = Master::read(&client.get(url).await?.text(200)?);
    let lowest = master.variants.iter().min_by_key(|(height, _)| *height);
    let highest = master.variants.iter().max_by_key(|(height, _)| *height);
    let (Some(lowest), Some(highest)) = (lowest, highest) else {
        return Err("the playlist names no variant".to_owned());
    };
    let cap = playback.pointer("/decision/max_height").and_then(Value::as_u64).unwrap_or(u64::MAX);
    if u64::from(highest.0) > cap {
        return Err(format!("the playlist offers {} lines where {cap} are allowed", highest.0));
    }
    let mut played = Played { heights: vec![highest.0, lowest.0], ..Played::default() };
    let sound = master.audio.first().ok_or("the playlist names no sound")?;
    for reference in [&highest.1, &lowest.1, sound] {
        rendition(client, playback, &resolved(url, reference), &mut played).await?;
    }
    Ok(played)
}

async fn rendition(client: &Client, playback: &Value, url: &str, played: &mut Played) -> Result<(), String> {
    let media = Media::read(&client.get(url).await?.text(200)?);
    let map = media.map.as_deref().ok_or("the playlist names no beginning")?;
    let beginning = client.get(&resolved(url, map)).await?.bytes(200)?.clone();
    let key = match &media.key {
        Some(key) => Some(key_of(client, playback, &resolved(url, key)).await?),
        None => None,
    };
    if key.is_none() && !has_box(&beginning, *b"moov") {
        return Err(format!("{map} is no beginning of a film"));
    }
    if media.samples {
        licence(client, playback, &beginning).await?;
    }
    played.keys += usize::from(key.is_some() || media.samples);
    let skipped = if media.is_over { 0 } else { media.segments.len().saturating_sub(OF_A_CHANNEL) };
    for (number, reference) in media.segments.iter().skip(skipped) {
        let answer = client.get(&resolved(url, reference)).await?;
        let bytes = answer.bytes(200)?;
        played.segments += 1;
        played.bytes += bytes.len();
        let opened = match &key {
            Some(key) => opened(key, *number, bytes)?,
            None => bytes.to_vec(),
        };
        if !has_box(&opened, *b"moof") || !has_box(&opened, *b"mdat") {
            return Err(format!("segment {number} is no part of a film"));
        }
    }
    if played.segments == 0 {
        return Err("there is nothing to play".to_owned());
    }
    Ok(())
}

/// The key of whole segments. Where the playlist does not name the session, the player does.
async fn key_of(client: &Client, playback: &Value, url: &str) -> Result<Vec<u8>, String> {
    let url = if url.contains('?') {
        url.to_owned()
    } else {
        let (_, session) =
            text(playback, "/licenses/key")?.split_once('?').ok_or("the address of keys names no session")?;
        format!("{url}?{session}")
    };
    let key = client.get(&url).await?.bytes(200)?.to_vec();
    if key.len() == 16 { Ok(key) } else { Err(format!("the key has {} bytes", key.len())) }
}

fn opened(key: &[u8], number: u64, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |_| format!("segment {number} does not open with the key");
    let key = UnboundCipherKey::new(&AES_128, key).map_err(failed)?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(failed)?;
    let iv = FixedLength::from(u128::from(number).to_be_bytes());
    let mut bytes = bytes.to_vec();
    Ok(key.decrypt(&mut bytes, DecryptionContext::Iv128(iv)).map_err(failed)?.to_vec())
}

/// A licence that has the key whose id stands in the beginning of the film.
async fn licence(client: &Client, playback: &Value, beginning: &[u8]) -> Result<(), String> {
    let at = position(beginning, *b"tenc").ok_or("the film does not say under which key it is")?;
    // Behind the box's name: its version and flags, two bytes, whether and how it is encrypted, two bytes, and the key's id.
    let id = beginning.get(at + 12..at + 28).ok_or("the film's key id is cut off")?;
    let id = URL_SAFE_NO_PAD.encode(id);
    let request = json!({ "kids": [id], "type": "temporary" });
    let licence = client.post(text(playback, "/licenses/clearkey")?, &request).await?.json(200)?;
    let is_it = text(&licence, "/keys/0/kid")? == id
        && URL_SAFE_NO_PAD.decode(text(&licence, "/keys/0/k")?).is_ok_and(|key| key.len() == 16);
    if is_it { Ok(()) } else { Err(format!("the licence is for another key: {licence}")) }
}

fn has_box(bytes: &[u8], name: [u8; 4]) -> bool {
    position(bytes, name).is_some()
}

fn position(bytes: &[u8], name: [u8; 4]) -> Option<usize> {
    bytes.windows(4).position(|window| window == name)
}
