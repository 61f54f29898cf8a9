//! A channel that never stops: a few seconds of media, told over and over with the clock's time written into them.
//!
//! Nothing is remembered. From the time follows which segment is the newest, which file that is, and at what time it has to play.

use serde::Deserialize;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// How many segments a playlist lists: more than players keep behind the newest, for a busy machine makes them late.
const LISTED: u64 = 10;

/// For how many segments more one that is listed no longer can be had: players may be late, and rest a while.
const KEPT: u64 = 30;

/// All channels, by the start of their addresses.
pub(super) struct Channels {
    folder: PathBuf,
    channels: HashMap<String, Loop>,
}

/// What is told over and over.
#[derive(Debug, Deserialize)]
struct Loop {
    /// How long it is.
    seconds: u64,
    segment_seconds: u64,
    tracks: Vec<Track>,
}

#[derive(Debug, Deserialize)]
struct Track {
    folder: String,
    timescale: u64,
    segments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
struct Segment {
    file: String,
    /// When it begins within the loop, in units of the track's timescale.
    first: u64,
    duration: u64,
    /// At which byte of the file its time stands, as 64 bits.
    time_at: usize,
}

impl Channels {
    /// Finds each `loop.json` below a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let mut channels = HashMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(path) = folders.pop() {
            let about = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
            let Ok(entries) = std::fs::read_dir(&path) else { continue };
            for entry in entries.filter_map(Result::ok) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name() == "loop.json" {
                    let text = std::fs::read_to_string(entry.path()).map_err(|problem| about(&problem))?;
                    let channel: Loop = serde_json::from_str(&text).map_err(|problem| about(&problem))?;
                    let is_usable = channel.segment_seconds > 0
                        && channel.seconds > 0
                        && channel
                            .tracks
                            .iter()
                            .all(|track| track.timescale > 0 && !track.segments.is_empty());
                    if !is_usable {
                        return Err(about(
                            &"`loop.json` is about nothing that lasts; make it anew with scripts/demo-content",
                        ));
                    }
                    let title =
                        path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                    channels.insert(title, channel);
                }
            }
        }
        Ok(Self { folder: folder.to_owned(), channels })
    }

    /// The file at this address at this time since 1970, if there is one.
    pub(super) fn file(&self, path: &str, now: Duration) -> Option<Vec<u8>> {
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let (title, channel) = self
            .channels
            .iter()
            .find(|(title, _)| path.strip_prefix(title.as_str()).is_some_and(|rest| rest.starts_with('/')))?;
        let rest = path.strip_prefix(title.as_str())?.strip_prefix('/')?;
        let Some((track, name)) = channel.track(rest) else { return self.read_file(path) };
        let newest = now.as_secs() / channel.segment_seconds;
        if name == "index.m3u8" {
            return Some(channel.playlist(track, newest).into_bytes());
        }
        let Some(number) = name.strip_prefix("seg-").and_then(|name| name.strip_suffix(".m4s")) else {
            return self.read_file(path);
        };
        // A segment is whole when its time is over.
        let number: u64 =
            number.parse().ok().filter(|number| (newest.saturating_sub(KEPT)..newest).contains(number))?;
        let (segment, time) = channel.segment(track, number)?;
        let mut bytes = self.read_file(&format!("{title}/{}/{}", track.folder, segment.file))?;
        bytes.get_mut(segment.time_at..segment.time_at + 8)?.copy_from_slice(&time.to_be_bytes());
        Some(bytes)
    }

    fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(path)).ok()
    }
}

impl Loop {
    /// The track that an address below the channel's is of, and the file in it.
    fn track<'p>(&self, rest: &'p str) -> Option<(&Track, &'p str)> {
        let (folder, name) = rest.rsplit_once('/')?;
        self.tracks.iter().find(|track| track.folder == folder).map(|track| (track, name))
    }

    /// The segment of this number since 1970, and when it plays.
    fn segment<'t>(&self, track: &'t Track, number: u64) -> Option<(&'t Segment, u64)> {
        let count = track.segments.len() as u64;
        let segment = track.segments.get(usize::try_from(number % count).ok()?)?;
        Some((segment, number / count * self.seconds * track.timescale + segment.first))
    }

    fn playlist(&self, track: &Track, newest: u64) -> String {
        let first = newest.saturating_sub(LISTED);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-MAP:URI=\"init.mp4\"\n",
            self.segment_seconds + 1
        );
        for number in first..newest {
            let Some((segment, time)) = self.segment(track, number) else { continue };
            if number == first {
                let begins = i64::try_from(time / track.timescale).unwrap_or_default();
                let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{}", rights::moment::rfc3339(begins));
            }
            let thousandths = segment.duration * 1_000_000 / track.timescale;
            let _ = writeln!(
                text,
                "#EXTINF:{}.{:06},\nseg-{number}.m4s",
                thousandths / 1_000_000,
                thousandths % 1_000_000
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two segments of two seconds, whose time stands at the fourth byte.
    fn channels(name: &str) -> Channels {
        let folder = std::env::temp_dir().join(format!("playgate-live-{}-{name}", std::process::id()));
        let track = folder.join("demo/sea/360p");
        std::fs::create_dir_all(&track).unwrap();
        let segments = r#"[{"file":"a.m4s","first":0,"duration":2000,"time_at":4},{"file":"b.m4s","first":2000,"duration":2000,"time_at":4}]"#;
        let text = format!(
            r#"{{"seconds":4,"segment_seconds":2,"tracks":[{{"folder":"360p","timescale":1000,"segments":{segments}}}]}}"#
        );
        std::fs::write(folder.join("demo/sea/loop.json"), text).unwrap();
        std::fs::write(folder.join("demo/sea/master.m3u8"), "#EXTM3U").unwrap();
        std::fs::write(track.join("a.m4s"), b"aaaa........aaaa").unwrap();
        std::fs::write(track.join("b.m4s"), b"bbbb........bbbb").unwrap();
        let channels = Channels::read(&folder).unwrap();
        assert_eq!(channels.channels.len(), 1);
        channels
    }

    #[test]
    fn segments_follow_the_clock_without_an_end() {
        let channels = channels("clock");
        let at = Duration::from_millis(1_800_000_003_500);
        let playlist = channels.file("demo/sea/360p/index.m3u8", at).unwrap();
        let playlist = String::from_utf8(playlist).unwrap();
        assert!(playlist.contains("#EXT-X-MEDIA-SEQUENCE:899999991\n"), "{playlist}");
        assert!(playlist.contains("#EXT-X-PROGRAM-DATE-TIME:2027-01-15T07:59:42Z\n"), "{playlist}");
        assert!(playlist.ends_with("#EXTINF:2.000000,\nseg-900000000.m4s\n"), "{playlist}");
        assert_eq!(playlist.matches("#EXTINF").count(), 10);
        for (number, letter) in [(900_000_000_u64, b'a'), (899_999_999, b'b')] {
            let bytes = channels.file(&format!("demo/sea/360p/seg-{number}.m4s"), at).unwrap();
            assert_eq!((bytes[0], bytes.len()), (letter, 16));
            let time = u64::from_be_bytes(bytes[4..12].try_into().unwrap());
            assert_eq!(time, number * 2_000, "in thousandths");
        }
    }

    #[test]
    fn nothing_is_there_before_its_time_or_beside_the_channel() {
        let channels = channels("beside");
        let at = Duration::from_secs(1_800_000_003);
        assert!(channels.file("demo/sea/master.m3u8", at).is_some());
        for path in [
            "demo/sea/360p/seg-900000001.m4s",
            "demo/sea/360p/seg-899999000.m4s",
            "demo/sea/360p/seg-x.m4s",
            "demo/sea/720p/index.m3u8",
            "demo/seaside/360p/index.m3u8",
            "demo/sea/../sea/master.m3u8",
            "/etc/hostname",
            "",
        ] {
            assert!(channels.file(path, at).is_none(), "{path}");
        }
    }
}
