//! The playlists: written here rather than by the packager, so that they say of keys what the origin API says.

use crate::Protection;
use crate::keys::Key;
use crate::package::Track;
use crate::source::Sound;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// The playlist of a rendition.
pub(crate) fn media(track: &Track, protection: Protection, key: Option<&Key>) -> String {
    let longest = track.segments.iter().map(|(seconds, _)| seconds.round()).fold(1.0, f64::max);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{longest:.0}\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    );
    let map = "#EXT-X-MAP:URI=\"init.mp4\"\n";
    match (protection, key) {
        // An init segment of AES-128 is not encrypted: hence it is named before the key.
        (Protection::Aes128, Some(Key { address, .. })) => {
            let _ = writeln!(
                text,
                "{map}#EXT-X-KEY:METHOD=AES-128,URI=\"{address}\",KEYFORMAT=\"identity\",KEYFORMATVERSIONS=\"1\""
            );
        }
        (Protection::ClearKey, Some(Key { address, kid, .. })) => {
            let kid = STANDARD.encode(kid.0);
            // Shaka Player takes the first, and fetches the key there; hls.js the second, which is the key id, and asks for a licence.
            let _ = write!(
                text,
                "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"{address}\",KEYFORMAT=\"identity\",KEYFORMATVERSIONS=\"1\"\n\
                 #EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,{kid}\",KEYFORMAT=\"org.w3.clearkey\",KEYFORMATVERSIONS=\"1\"\n{map}"
            );
        }
        _ => text.push_str(map),
    }
    for (number, (seconds, _)) in (1..).zip(&track.segments) {
        let _ = writeln!(text, "#EXTINF:{seconds:.6},\nseg-{number}.m4s");
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// The playlist of playlists, for a folder from which `up` leads to the title's.
pub(crate) fn master(videos: &[&Track], audio: Option<(&Track, &Sound)>, range: &str, up: &str) -> String {
    let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    if let Some((track, Sound { language })) = audio {
        let language =
            language.as_ref().map_or_else(String::new, |language| format!("LANGUAGE=\"{language}\","));
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Sound\",{language}DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"{up}{}/index.m3u8\"",
            track.folder
        );
    }
    for video in videos {
        let (peak, average) = audio.map_or((0, 0), |(track, _)| (track.peak(), track.average()));
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{}\"",
            video.peak() + peak,
            video.average() + average,
            codecs(video, audio.map(|(track, _)| track))
        );
        if let Some((width, height)) = video.size {
            let _ = write!(text, ",RESOLUTION={width}x{height}");
        }
        if let Some(rate) = &video.rate {
            let _ = write!(text, ",FRAME-RATE={rate}");
        }
        let _ = write!(text, ",VIDEO-RANGE={range}");
        if audio.is_some() {
            text.push_str(",AUDIO=\"sound\"");
        }
        let _ = writeln!(text, "\n{}/index.m3u8", address(&video.folder, up));
    }
    text
}

/// What a player needs for a picture with its sound.
pub(crate) fn codecs(video: &Track, audio: Option<&Track>) -> String {
    audio.map_or_else(|| video.codec.clone(), |audio| format!("{},{}", video.codec, audio.codec))
}

/// From the folder of the mobile ladder its own pictures are beside, all else is above.
fn address(folder: &str, up: &str) -> String {
    match folder.strip_prefix("mobile/") {
        Some(beside) if !up.is_empty() => beside.to_owned(),
        _ => format!("{up}{folder}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Kid;
    use zeroize::Zeroizing;

    fn track(folder: &str, size: Option<(u32, u32)>) -> Track {
        Track {
            folder: folder.to_owned(),
            codec: if size.is_some() { "avc1.64001e" } else { "mp4a.40.2" }.to_owned(),
            size,
            rate: size.map(|_| "25.000".to_owned()),
            segments: vec![(4.0, 1000), (2.48, 1000)],
        }
    }

    fn key() -> Key {
        Key {
            label: "ALL",
            kid: Kid([0xab; 16]),
            bytes: Zeroizing::new([1; 16]),
            address: "/v1/keys/abababab-abab-abab-abab-abababababab".to_owned(),
        }
    }

    #[test]
    fn a_rendition_names_its_key_as_its_protection_needs_it() {
        const HEAD: &str = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n";
        const TAIL: &str = "#EXTINF:4.000000,\nseg-1.m4s\n#EXTINF:2.480000,\nseg-2.m4s\n#EXT-X-ENDLIST\n";
        const MAP: &str = "#EXT-X-MAP:URI=\"init.mp4\"\n";
        let address = "URI=\"/v1/keys/abababab-abab-abab-abab-abababababab\",KEYFORMAT=\"identity\",KEYFORMATVERSIONS=\"1\"\n";
        let track = track("360p", Some((640, 360)));
        for (protection, key, middle) in [
            (Protection::None, None, MAP.to_owned()),
            (Protection::Aes128, Some(key()), format!("{MAP}#EXT-X-KEY:METHOD=AES-128,{address}")),
            (
                Protection::ClearKey,
                Some(key()),
                format!(
                    "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,{address}#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,q6urq6urq6urq6urq6urqw==\",KEYFORMAT=\"org.w3.clearkey\",KEYFORMATVERSIONS=\"1\"\n{MAP}"
                ),
            ),
        ] {
            assert_eq!(media(&track, protection, key.as_ref()), format!("{HEAD}{middle}{TAIL}"));
        }
    }

    #[test]
    fn phones_find_what_is_beside_and_what_is_above() {
        let (high, low, sound) = (
            track("360p", Some((640, 360))),
            track("mobile/240p", Some((426, 240))),
            track("audio/main", None),
        );
        let said = Sound { language: Some("nor".to_owned()) };
        let text = master(&[&high, &low], Some((&sound, &said)), "SDR", "../");
        for line in [
            "NAME=\"Sound\",LANGUAGE=\"nor\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"../audio/main/index.m3u8\"\n",
            "#EXT-X-STREAM-INF:BANDWIDTH=6452,AVERAGE-BANDWIDTH=4938,CODECS=\"avc1.64001e,mp4a.40.2\",RESOLUTION=640x360,FRAME-RATE=25.000,VIDEO-RANGE=SDR,AUDIO=\"sound\"\n../360p/index.m3u8\n",
            "RESOLUTION=426x240,FRAME-RATE=25.000,VIDEO-RANGE=SDR,AUDIO=\"sound\"\n240p/index.m3u8\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        let silent = master(&[&high], None, "PQ", "");
        assert!(silent.ends_with("CODECS=\"avc1.64001e\",RESOLUTION=640x360,FRAME-RATE=25.000,VIDEO-RANGE=PQ\n360p/index.m3u8\n"), "{silent}");
        assert!(!silent.contains("AUDIO"));
    }
}
