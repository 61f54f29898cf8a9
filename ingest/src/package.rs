//! Cutting into segments, and encrypting: by Shaka Packager, or for AES-128 here, so that a key is in no list of processes.

use crate::encode::{SEGMENT_SECONDS, no_room};
use crate::keys::{Key, hex, label};
use crate::program::{Ended, Program};
use crate::stop::Stop;
use crate::tools::Tools;
use crate::{IngestError, Protection};
use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use std::path::Path;

/// A rendition as it lies in its folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Track {
    /// Below the title's folder, such as `720p` or `audio/main`.
    pub(crate) folder: String,
    pub(crate) codec: String,
    /// Width and height, of pictures.
    pub(crate) size: Option<(u32, u32)>,
    /// Pictures a second, as the packager measured them.
    pub(crate) rate: Option<String>,
    /// Each segment: how many seconds it lasts, and how many bytes it has.
    pub(crate) segments: Vec<(f64, u64)>,
}

/// What is cut.
pub(crate) struct Piece<'p> {
    /// The encoded file, in the working folder.
    pub(crate) file: &'p str,
    /// Where it goes, below the title's folder.
    pub(crate) folder: &'p str,
    /// Of pictures.
    pub(crate) height: Option<u32>,
}

/// How everything of a title is cut.
pub(crate) struct Packaging<'p> {
    /// The working folder, and in it the title's.
    pub(crate) work: &'p Path,
    pub(crate) title: &'p str,
    pub(crate) protection: Protection,
    pub(crate) keys: &'p [Key],
    pub(crate) tools: &'p Tools,
}

/// Where the packager is told its keys: a file that nobody else may read, while a list of processes is everybody's.
const KEYS: &str = "keys.flags";

impl Packaging<'_> {
    /// Writes what all runs of the packager need.
    pub(crate) fn prepare(&self) -> Result<(), String> {
        if self.protection != Protection::ClearKey {
            return Ok(());
        }
        // All keys in every run, so that each init segment names all of them and one licence does for everything.
        let named = self
            .keys
            .iter()
            .map(|key| format!("label={}:key_id={}:key={}", key.label, *key.kid.hex(), *hex(&*key.bytes)));
        let text = format!(
            "--enable_raw_key_encryption\n--protection_scheme=cenc\n--clear_lead=0\n--protection_systems=CommonSystem\n--keys={}\n",
            named.collect::<Vec<_>>().join(",")
        );
        crate::place::write_private(&self.work.join(KEYS), text.as_bytes())
    }

    /// Cuts one rendition.
    pub(crate) async fn cut(&self, piece: &Piece<'_>, stop: &Stop) -> Result<Track, IngestError> {
        let Self { work, title, protection, keys, tools } = self;
        let Piece { file, folder, height } = piece;
        // Paths are relative to the working folder: a comma in its own would break the descriptor.
        let kind = if height.is_some() { "video" } else { "audio" };
        let place = format!("{title}/{folder}");
        let mut descriptor = format!(
            "in={file},stream={kind},init_segment={place}/init.mp4,segment_template={place}/seg-$Number$.m4s,playlist_name=list.m3u8"
        );
        let lists = format!("lists/{folder}");
        let mut program = Program::new(&tools.packager).within(work).args(["--quiet"]);
        if *protection == Protection::ClearKey {
            descriptor = format!("{descriptor},drm_label={}", label(*protection, *height));
            program = program.args([format!("--flagfile={KEYS}")]);
        }
        let ended = program
            .args([descriptor.as_str(), "--segment_duration", &SEGMENT_SECONDS.to_string()])
            .args(["--generate_sidx_in_media_segments=false", "--hls_master_playlist_output"])
            .args([format!("{lists}/master.m3u8")])
            .run(stop, |_| {})
            .await?;
        if !ended.succeeded {
            return Err(failure(&ended, file, work).into());
        }
        let read = |name: &str| {
            std::fs::read_to_string(work.join(&lists).join(name))
                .map_err(|problem| format!("the packager made no playlist of `{file}`: {problem}"))
        };
        let lengths = lengths(&read("list.m3u8")?);
        let mut track = described(folder, &read("master.m3u8")?)?;
        for (number, seconds) in (1_u64..).zip(lengths) {
            stop.check()?;
            let path = work.join(&place).join(format!("seg-{number}.m4s"));
            if let (Protection::Aes128, Some(key)) = (protection, keys.first()) {
                encrypt(&path, key, number).map_err(|problem| storage(&problem, work))?;
            }
            let size = std::fs::metadata(&path).map_err(|problem| storage(&problem, work))?.len();
            track.segments.push((seconds, size));
        }
        if track.segments.is_empty() {
            return Err(format!("the packager made nothing of `{file}`").into());
        }
        Ok(track)
    }
}

impl Track {
    /// Bits a second of the heaviest segment.
    pub(crate) fn peak(&self) -> u64 {
        self.segments.iter().map(|(seconds, bytes)| bits(*bytes, *seconds)).max().unwrap_or_default()
    }

    pub(crate) fn average(&self) -> u64 {
        bits(self.segments.iter().map(|(_, bytes)| bytes).sum(), self.seconds())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.segments.iter().map(|(seconds, _)| seconds).sum()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "of media, far from any bound"
)]
fn bits(bytes: u64, seconds: f64) -> u64 {
    (8.0 * bytes as f64 / seconds.max(0.001)).round() as u64
}

/// How long each segment is, from the packager's own playlist.
fn lengths(playlist: &str) -> Vec<f64> {
    let lines = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
    lines.filter_map(|line| line.split(',').next()?.trim().parse().ok()).collect()
}

/// What the packager's own master playlist says of the one rendition in it.
fn described(folder: &str, playlist: &str) -> Result<Track, String> {
    let line = playlist.lines().find(|line| line.starts_with("#EXT-X-STREAM-INF:"));
    let line = line.ok_or_else(|| format!("the packager says nothing of `{folder}`"))?;
    let after = |name: &str, end: char| {
        let (_, rest) = line.split_once(name)?;
        rest.split(end).next().map(str::to_owned)
    };
    let codec = after("CODECS=\"", '"')
        .ok_or_else(|| format!("the packager does not know the codec of `{folder}`"))?;
    let size = after(",RESOLUTION=", ',').and_then(|size| {
        let (width, height) = size.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    });
    Ok(Track {
        folder: folder.to_owned(),
        codec,
        size,
        rate: after(",FRAME-RATE=", ','),
        segments: Vec::new(),
    })
}

/// AES-128 over a whole segment, with its number as the initialisation vector, as HLS has it where none is written.
fn encrypt(path: &Path, key: &Key, number: u64) -> std::io::Result<()> {
    let failed = |_| std::io::Error::other("it cannot be encrypted");
    let mut bytes = std::fs::read(path)?;
    let key = UnboundCipherKey::new(&AES_128, &*key.bytes).map_err(failed)?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).map_err(failed)?;
    let vector = EncryptionContext::Iv128(u128::from(number).to_be_bytes().into());
    key.less_safe_encrypt(&mut bytes, vector).map_err(failed)?;
    std::fs::write(path, bytes)
}

fn failure(ended: &Ended, file: &str, work: &Path) -> String {
    if ended.words.contains("No space left") || ended.words.contains("Cannot close file") {
        return no_room(work);
    }
    format!("the packager cannot cut `{file}`: {}", ended.last_line())
}

fn storage(problem: &std::io::Error, work: &Path) -> String {
    if problem.kind() == std::io::ErrorKind::StorageFull {
        no_room(work)
    } else {
        format!("a segment cannot be written: {problem}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Kid;
    use aws_lc_rs::cipher::{DecryptionContext, PaddedBlockDecryptingKey};
    use zeroize::Zeroizing;

    #[test]
    fn what_the_packager_says_is_read() {
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:4.017,\nseg-1.m4s\n#EXTINF:1.983,\nseg-2.m4s\n";
        assert_eq!(lengths(list), [4.017, 1.983]);
        let master = "#EXTM3U\n\n#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS=\"avc1.42c01e\",RESOLUTION=640x360,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE\nlist.m3u8\n";
        let track = described("360p", master).unwrap();
        assert_eq!(
            (track.codec.as_str(), track.size, track.rate.as_deref()),
            ("avc1.42c01e", Some((640, 360)), Some("29.970"))
        );
        for nothing in ["", "#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=1"] {
            assert!(described("360p", nothing).is_err(), "{nothing}");
        }
    }

    #[test]
    fn a_segments_number_is_its_vector() {
        let path = std::env::temp_dir().join(format!("playgate-segment-{}", std::process::id()));
        let key = Key {
            label: "ALL",
            kid: Kid([1; 16]),
            bytes: Zeroizing::new(*b"a key of 16 byte"),
            address: String::new(),
        };
        std::fs::write(&path, b"a segment").unwrap();
        encrypt(&path, &key, 3).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 16);
        let opened =
            PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, &*key.bytes).unwrap())
                .unwrap();
        let mut vector = [0; 16];
        vector[15] = 3;
        assert_eq!(
            opened.decrypt(&mut bytes, DecryptionContext::Iv128(vector.into())).unwrap(),
            b"a segment"
        );
        std::fs::remove_file(path).unwrap();
    }
}
