//! As much of HLS as is needed to play it: which playlists there are, and which files in which order under which key.

/// A multivariant playlist.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Master {
    /// With their heights.
    pub(super) variants: Vec<(u16, String)>,
    /// Playlists of sound.
    pub(super) audio: Vec<String>,
}

/// A media playlist.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) map: Option<String>,
    /// The address of the key that opens whole segments.
    pub(super) key: Option<String>,
    /// The keys' ids and how pictures and sound are encrypted, where only samples are.
    pub(super) samples: bool,
    /// With their numbers.
    pub(super) segments: Vec<(u64, String)>,
    pub(super) is_over: bool,
}

impl Master {
    pub(super) fn read(text: &str) -> Self {
        let mut master = Self::default();
        let mut height = None;
        for line in text.lines() {
            if let Some(attributes) = line.strip_prefix("#EXT-X-STREAM-INF:") {
                let resolution = attribute(attributes, "RESOLUTION").unwrap_or_default();
                height = resolution.split_once('x').and_then(|(_, height)| height.parse().ok());
            } else if let Some(attributes) = line.strip_prefix("#EXT-X-MEDIA:") {
                if attribute(attributes, "TYPE") == Some("AUDIO") {
                    master.audio.extend(attribute(attributes, "URI").map(str::to_owned));
                }
            } else if !line.is_empty() && !line.starts_with('#') {
                master.variants.push((height.take().unwrap_or_default(), line.to_owned()));
            }
        }
        master
    }
}

impl Media {
    pub(super) fn read(text: &str) -> Self {
        let mut media = Self::default();
        let mut number = 0;
        for line in text.lines() {
            if let Some(first) = line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:") {
                number = first.parse().unwrap_or_default();
            } else if let Some(attributes) = line.strip_prefix("#EXT-X-MAP:") {
                media.map = attribute(attributes, "URI").map(str::to_owned);
            } else if let Some(attributes) = line.strip_prefix("#EXT-X-KEY:") {
                if attribute(attributes, "METHOD") == Some("AES-128") {
                    media.key = attribute(attributes, "URI").map(str::to_owned);
                } else {
                    media.samples = true;
                }
            } else if line == "#EXT-X-ENDLIST" {
                media.is_over = true;
            } else if !line.is_empty() && !line.starts_with('#') {
                media.segments.push((number, line.to_owned()));
                number += 1;
            }
        }
        media
    }
}

/// The address that a reference in a playlist is.
pub(super) fn resolved(base: &str, reference: &str) -> String {
    if reference.contains("://") {
        return reference.to_owned();
    }
    let host_ends =
        base.find("://").and_then(|at| Some(at + 3 + base.get(at + 3..)?.find('/')?)).unwrap_or(base.len());
    if reference.starts_with('/') {
        return format!("{}{reference}", base.get(..host_ends).unwrap_or_default());
    }
    let path = base.split('?').next().unwrap_or_default();
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// An attribute of a tag, without its quotes.
fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    loop {
        let (found, behind) = rest.split_once('=')?;
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => behind.split_at(behind.find(',').unwrap_or(behind.len())),
        };
        if found == name {
            return Some(value);
        }
        rest = behind.strip_prefix(',')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_are_read_as_players_read_them() {
        let master = Master::read(
            "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a,b=c\",URI=\"audio/index.m3u8\"\n#EXT-X-MEDIA:TYPE=SUBTITLES,URI=\"text.m3u8\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360,CODECS=\"avc1,mp4a\"\n360p/index.m3u8\n",
        );
        assert_eq!(
            master,
            Master {
                variants: vec![(360, "360p/index.m3u8".into())],
                audio: vec!["audio/index.m3u8".into()]
            }
        );
        let media = Media::read(
            "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"/v1/keys/k\"\n#EXTINF:4,\na.m4s\n#EXTINF:4,\nb.m4s\n#EXT-X-ENDLIST\n",
        );
        assert_eq!(media.segments, [(7, "a.m4s".to_owned()), (8, "b.m4s".to_owned())]);
        assert_eq!(
            (media.key.as_deref(), media.map.as_deref(), media.is_over, media.samples),
            (Some("/v1/keys/k"), Some("init.mp4"), true, false)
        );
        assert!(Media::read("#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"x\"").samples);
    }

    #[test]
    fn references_are_resolved_against_where_they_stand() {
        let base = "http://localhost:1/t/x/vod/a/master.m3u8?q=/";
        for (reference, expected) in [
            ("720p/index.m3u8", "http://localhost:1/t/x/vod/a/720p/index.m3u8"),
            ("../b/1.m4s", "http://localhost:1/t/x/vod/b/1.m4s"),
            ("/v1/keys/k", "http://localhost:1/v1/keys/k"),
            ("https://other/x", "https://other/x"),
        ] {
            assert_eq!(resolved(base, reference), expected);
        }
    }
}
