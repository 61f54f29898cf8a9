//! Playlists for a session: every address in them leads where it should, and carries the proof.

use signer::hls::{Addition, BaseUrl, Options, Rewriter};

/// The tags of a media playlist whose address is a file that the CDN serves. Other playlists come by way of this server.
const FILES: [&[u8]; 4] = [b"#EXT-X-KEY:", b"#EXT-X-MAP:", b"#EXT-X-PART:", b"#EXT-X-PRELOAD-HINT:"];

/// The tags of a multivariant playlist that have an address.
const RENDITIONS: [&[u8]; 5] = [
    b"#EXT-X-MEDIA:",
    b"#EXT-X-I-FRAME-STREAM-INF:",
    b"#EXT-X-SESSION-KEY:",
    b"#EXT-X-SESSION-DATA:",
    b"#EXT-X-CONTENT-STEERING:",
];

/// How an address in a tag begins.
const ATTRIBUTES: [&[u8]; 2] = [b"URI=\"", b"SERVER-URI=\""];

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The most bytes of an answer: a proof on each of many short lines makes much of little.
const LARGEST: usize = 32 << 20;

/// So many bytes are rewritten before it is seen how many came of them.
const PIECE: usize = 16 << 10;

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'p> {
    /// The CDN, such as `https://media.example.com`.
    pub(crate) media: &'p str,
    /// This server, such as `https://api.example.com`.
    pub(crate) server: &'p str,
    /// The path under which this server has the session's playlists, such as `/v1/manifests/..`.
    pub(crate) below: &'p str,
    /// The session, as this server's addresses have it.
    pub(crate) session: &'p str,
    /// The playlist's own path at the CDN.
    pub(crate) path: &'p str,
}

/// Whether this is a playlist at all.
pub(crate) fn is_playlist(text: &[u8]) -> bool {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).starts_with(b"#EXTM3U")
}

/// Whether a playlist names others, and no media.
pub(crate) fn is_multivariant(playlist: &[u8]) -> bool {
    playlist.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"#EXT-X-STREAM-INF"))
}

/// The multivariant playlist without pictures higher than the cap, for players that drop none by themselves. What it names is at the CDN, with
/// the token in its path if there is one.
///
/// # Errors
/// Why it cannot be, in words.
pub(crate) fn capped(
    playlist: &[u8],
    places: Places<'_>,
    token: Option<&str>,
    max_height: Option<u32>,
) -> Result<Vec<u8>, String> {
    let words = |problem: &dyn std::fmt::Display| problem.to_string();
    without_variables(playlist)?;
    let prefix = token.map(|token| format!("/t/{token}"));
    let addition = prefix.as_deref().map_or(Ok(Addition::Nothing), Addition::path_prefix);
    let base =
        BaseUrl::parse(&format!("{}{}", places.media, places.path)).map_err(|problem| words(&problem))?;
    let options = Options { base: Some(base), max_height, ..Options::default() };
    let rewritten = rewrite(playlist, addition.map_err(|problem| words(&problem))?, options)?;
    absolute(&rewritten, places, prefix.as_deref().unwrap_or_default(), &RENDITIONS)
}

/// The playlist as the session's player gets it: `query` is on whatever the CDN serves, and pictures higher than the cap are gone.
///
/// # Errors
/// Why it cannot be, in words.
pub(crate) fn signed(
    playlist: &[u8],
    places: Places<'_>,
    query: &str,
    max_height: Option<u32>,
) -> Result<Vec<u8>, String> {
    let words = |problem: &dyn std::fmt::Display| problem.to_string();
    without_variables(playlist)?;
    let base = |address: String| BaseUrl::parse(&address).map(Some).map_err(|problem| words(&problem));
    if is_multivariant(playlist) {
        let Places { server, below, path, .. } = places;
        let own = server
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('/'))
            .map_or(String::new(), |(_, path)| format!("/{path}"));
        let addition = Addition::path_prefix(&format!("{own}{below}")).map_err(|problem| words(&problem))?;
        let options =
            Options { base: base(format!("{server}{below}{path}"))?, max_height, ..Options::default() };
        return rewrite(playlist, addition, options);
    }
    let addition = Addition::query(query).map_err(|problem| words(&problem))?;
    let options =
        Options { base: base(format!("{}{}", places.media, places.path))?, max_height, ..Options::default() };
    let rewritten = rewrite(playlist, addition, options)?;
    absolute(&rewritten, places, "", &FILES)
}

/// The rewritten playlist, unless too much comes of it.
fn rewrite(playlist: &[u8], addition: Addition, options: Options) -> Result<Vec<u8>, String> {
    let mut rewriter = Rewriter::new(addition, options);
    let mut out = Vec::with_capacity(playlist.len());
    for piece in playlist.chunks(PIECE) {
        rewriter.push(piece, &mut out).map_err(|problem| problem.to_string())?;
        bounded(&out)?;
    }
    rewriter.finish(&mut out).map_err(|problem| problem.to_string())?;
    bounded(&out)?;
    Ok(out)
}

fn bounded(out: &[u8]) -> Result<(), String> {
    if out.len() > LARGEST {
        return Err(format!("with its proof it has more than {LARGEST} bytes"));
    }
    Ok(())
}

fn without_variables(playlist: &[u8]) -> Result<(), String> {
    if playlist.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"#EXT-X-DEFINE")) {
        return Err("it has variables (EXT-X-DEFINE), which are not followed here; hand out a path token or cookies, and the playlist's own address, instead".to_owned());
    }
    Ok(())
}

/// Lets relative addresses, of lines and of these tags, start at the CDN, below a prefix.
fn absolute(playlist: &[u8], places: Places<'_>, prefix: &str, tags: &[&[u8]]) -> Result<Vec<u8>, String> {
    let folder = places.path.rfind('/').and_then(|at| places.path.get(..=at)).unwrap_or("/");
    let mut out = Vec::with_capacity(playlist.len());
    for line in playlist.split_inclusive(|byte| *byte == b'\n') {
        bounded(&out)?;
        let Some((before, address)) = address_at(line, tags).and_then(|at| line.split_at_checked(at)) else {
            out.extend_from_slice(line);
            continue;
        };
        out.extend_from_slice(before);
        if let Some(rest) = own_key(address, places, prefix) {
            push_key(&mut out, rest, places);
            continue;
        }
        match start(address) {
            Start::Elsewhere => {}
            Start::Root => out.extend_from_slice(places.media.as_bytes()),
            Start::Folder => {
                out.extend_from_slice(places.media.as_bytes());
                out.extend_from_slice(prefix.as_bytes());
                out.extend_from_slice(folder.as_bytes());
            }
        }
        out.extend_from_slice(address);
    }
    bounded(&out)?;
    Ok(out)
}

/// Where the address of a line begins, if it has one.
fn address_at(line: &[u8], tags: &[&[u8]]) -> Option<usize> {
    // A byte order mark is of the playlist, not of its first line.
    let mark = if line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let text = line.get(mark..)?;
    let first = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if text.get(first) != Some(&b'#') {
        return Some(mark + first);
    }
    if !tags.iter().any(|tag| line.starts_with(tag)) {
        return None;
    }
    let mut is_quoted = false;
    for (at, byte) in line.iter().enumerate() {
        if *byte == b'"' {
            is_quoted = !is_quoted;
        }
        let Some(after) = line.get(at..).filter(|_| !is_quoted) else { continue };
        let begins = at
            .checked_sub(1)
            .and_then(|before| line.get(before))
            .is_some_and(|before| matches!(before, b':' | b',') || before.is_ascii_whitespace());
        if let Some(name) = ATTRIBUTES.iter().find(|name| begins && after.starts_with(name)) {
            return Some(at + name.len());
        }
    }
    None
}

/// What follows in an address that is one of this server's keys.
fn own_key<'a>(address: &'a [u8], places: Places<'_>, prefix: &str) -> Option<&'a [u8]> {
    let address = address.strip_prefix(places.server.as_bytes()).unwrap_or(address);
    // One that begins at the root has got the prefix already.
    let address = address.strip_prefix(prefix.as_bytes()).unwrap_or(address);
    address.strip_prefix(b"/v1/keys/")
}

/// A key comes from this server, for the session: that is its proof, and another one it may have is not for here.
fn push_key(out: &mut Vec<u8>, rest: &[u8], places: Places<'_>) {
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\r' | b'\n')).unwrap_or(rest.len());
    let (address, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
    let kid = address.split(|byte| *byte == b'?').next().unwrap_or_default();
    out.extend_from_slice(places.server.as_bytes());
    out.extend_from_slice(b"/v1/keys/");
    out.extend_from_slice(kid);
    out.extend_from_slice(b"?session=");
    out.extend_from_slice(places.session.as_bytes());
    out.extend_from_slice(after);
}

enum Start {
    Elsewhere,
    Root,
    Folder,
}

/// From where an address counts.
fn start(address: &[u8]) -> Start {
    if address.starts_with(b"//") {
        return Start::Elsewhere;
    }
    if address.first() == Some(&b'/') {
        return Start::Root;
    }
    let scheme =
        address.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
    let has_scheme =
        address.first().is_some_and(u8::is_ascii_alphabetic) && address.get(scheme) == Some(&b':');
    if has_scheme { Start::Elsewhere } else { Start::Folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places<'_> = Places {
        media: "https://media.example.com",
        server: "https://api.example.com",
        below: "/v1/manifests/H",
        session: "H",
        path: "/vod/acme/one/720p/index.m3u8",
    };

    fn text(playlist: &str, path: &str, max_height: Option<u32>) -> Result<String, String> {
        let places = Places { path, ..PLACES };
        signed(playlist.as_bytes(), places, "Policy=P", max_height)
            .map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn files_come_from_the_cdn_with_the_proof() {
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"../keys/k1\"\n\
            #EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k1\"\n#EXTINF:6,\nseg-1.m4s\n#EXTINF:6,\n/vod/acme/one/720p/seg-2.m4s\n\
            #EXTINF:6,\nhttps://media.example.com/vod/acme/one/720p/seg-3.m4s\n#EXTINF:6,\nhttps://elsewhere.example.com/ad.m4s\n";
        let expected = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"https://media.example.com/vod/acme/one/720p/init.mp4?Policy=P\"\n\
            #EXT-X-KEY:METHOD=AES-128,URI=\"https://media.example.com/vod/acme/one/720p/../keys/k1?Policy=P\"\n\
            #EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k1\"\n#EXTINF:6,\nhttps://media.example.com/vod/acme/one/720p/seg-1.m4s?Policy=P\n\
            #EXTINF:6,\nhttps://media.example.com/vod/acme/one/720p/seg-2.m4s?Policy=P\n\
            #EXTINF:6,\nhttps://media.example.com/vod/acme/one/720p/seg-3.m4s?Policy=P\n#EXTINF:6,\nhttps://elsewhere.example.com/ad.m4s\n";
        assert_eq!(text(playlist, PLACES.path, None).as_deref(), Ok(expected));
    }

    #[test]
    fn keys_of_this_server_are_for_the_session() {
        for uri in [
            "https://api.example.com/v1/keys/k1",
            "/v1/keys/k1",
            "https://api.example.com/v1/keys/k1?session=old",
        ] {
            let playlist = format!(
                "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}\",IV=0x1\n#EXTINF:6,\nseg.ts\n"
            );
            let signed = text(&playlist, PLACES.path, None).unwrap();
            let key =
                "#EXT-X-KEY:METHOD=AES-128,URI=\"https://api.example.com/v1/keys/k1?session=H\",IV=0x1\n";
            assert!(signed.contains(key), "{signed}");
        }
    }

    #[test]
    fn playlists_come_from_here_and_none_is_higher_than_the_cap() {
        let playlist = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\n720p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1920x1080\n/vod/acme/one/1080p/index.m3u8\n";
        let all = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\n720p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1920x1080\n/v1/manifests/H/vod/acme/one/1080p/index.m3u8\n";
        let path = "/vod/acme/one/master.m3u8";
        assert_eq!(text(playlist, path, None).as_deref(), Ok(all));
        let capped = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\n720p/index.m3u8\n";
        assert_eq!(text(playlist, path, Some(720)).as_deref(), Ok(capped));
    }

    #[test]
    fn a_capped_playlist_leads_to_the_cdn_whatever_the_proof() {
        let playlist = "#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"/v1/keys/k1\"\n\
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"one\",URI=\"audio/index.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720,AUDIO=\"a\"\n720p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360,AUDIO=\"a\"\n/vod/acme/one/360p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,AUDIO=\"a\"\nhttps://media.example.com/vod/acme/one/180p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1920x1080,AUDIO=\"a\"\n1080p/index.m3u8\n\
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=2,RESOLUTION=1920x1080,URI=\"1080p/iframes.m3u8\"\n";
        let places = Places { path: "/vod/acme/one/master.m3u8", ..PLACES };
        for (token, at) in
            [(Some("T"), "https://media.example.com/t/T/vod"), (None, "https://media.example.com/vod")]
        {
            let expected = format!(
                "#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"https://api.example.com/v1/keys/k1?session=H\"\n\
                #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"one\",URI=\"{at}/acme/one/audio/index.m3u8\"\n\
                #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720,AUDIO=\"a\"\n{at}/acme/one/720p/index.m3u8\n\
                #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360,AUDIO=\"a\"\n{at}/acme/one/360p/index.m3u8\n\
                #EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,AUDIO=\"a\"\n{at}/acme/one/180p/index.m3u8\n"
            );
            let capped = capped(playlist.as_bytes(), places, token, Some(720)).unwrap();
            assert_eq!(String::from_utf8(capped).unwrap(), expected);
        }
        // Without a cap nothing goes.
        let all = capped(playlist.as_bytes(), places, None, None).unwrap();
        assert_eq!(String::from_utf8(all).unwrap().matches("1080p").count(), 2);
    }

    #[test]
    fn an_address_is_what_players_take_for_one() {
        let at = "https://media.example.com/vod/acme/one";
        let places = Places { path: "/vod/acme/one/master.m3u8", ..PLACES };
        for (line, expected) in [
            ("low.m3u8".to_owned(), format!("{at}/low.m3u8")),
            ("12:30/low.m3u8".to_owned(), format!("{at}/12:30/low.m3u8")),
            (" # a note".to_owned(), " # a note".to_owned()),
            (
                "#EXT-X-MEDIA:X-POSTER-URI=\"p\",URI=\"a\"".to_owned(),
                format!("#EXT-X-MEDIA:X-POSTER-URI=\"p\",URI=\"{at}/a\""),
            ),
            (
                "#EXT-X-MEDIA:NAME=\"x URI=\",URI=\"a\"".to_owned(),
                format!("#EXT-X-MEDIA:NAME=\"x URI=\",URI=\"{at}/a\""),
            ),
            (
                "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer.json\"".to_owned(),
                "#EXT-X-CONTENT-STEERING:SERVER-URI=\"https://media.example.com/steer.json\"".to_owned(),
            ),
            ("/v1/keys/k1?session=old".to_owned(), "https://api.example.com/v1/keys/k1?session=H".to_owned()),
        ] {
            let playlist = format!("\u{feff}#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{line}\n");
            let out = absolute(playlist.as_bytes(), places, "", &RENDITIONS).unwrap();
            let wanted = format!("\u{feff}#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{expected}\n");
            assert_eq!(String::from_utf8(out).unwrap(), wanted);
        }
    }

    #[test]
    fn much_of_little_is_refused_before_it_is_there() {
        let query = "Policy=".to_owned() + &"P".repeat(600);
        let many = format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n{}", "a\n".repeat(200_000));
        let why = signed(many.as_bytes(), PLACES, &query, None).unwrap_err();
        assert!(why.contains("more than 33554432 bytes"), "{why}");
        let few = format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n{}", "a\n".repeat(20_000));
        assert!(signed(few.as_bytes(), PLACES, &query, None).is_ok());
        let master = format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}", "a\n".repeat(400_000));
        let places = Places { path: "/vod/acme/one/master.m3u8", ..PLACES };
        assert!(capped(master.as_bytes(), places, Some(&"T".repeat(600)), None).is_err());
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for playlist in [
            "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"https://x\"\n#EXTINF:6,\n{$host}/seg.m4s\n",
            "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-KEY:METHOD=AES-128,URI=\"k1\n#EXTINF:6,\nseg.m4s\n",
            "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg.m4s?Policy=other\n",
        ] {
            assert!(text(playlist, PLACES.path, None).is_err(), "{playlist}");
        }
    }
}
