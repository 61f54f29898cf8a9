//! The video as it came: looked at by ffprobe, judged here. It is from anybody, and may be anything.

use crate::IngestError;
use crate::program::{Ended, Program};
use crate::reading::{self, Unread};
use crate::stop::Stop;
use crate::tools::Tools;
use serde::Deserialize;
use std::fs::File;
use std::path::Path;

/// What is taken. Playlists and other lists of files are none of them: whoever sends a video must not say what else is read.
const FORMATS: &str = "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,gxf,nut,ivf,wtv,dv,yuv4mpegpipe,gif,m4v,h264,hevc,\
    mp3,wav,flac,aac,aiff";

/// The smallest and largest side of a picture.
const SIDES: std::ops::RangeInclusive<u32> = 32..=8192;

/// The longest side, of the shortest.
const LONGEST_SIDE: f64 = 5.0;

/// A shorter video has no segment to speak of.
const SHORTEST: f64 = 1.0;

pub(crate) const LONGEST: f64 = 24.0 * 3600.0;

/// The most bytes of a video: so many in any case; and for each second those of sound, and for each pixel of so many pictures those of a
/// pixel that is not compressed, for several streams.
const LARGEST: (f64, f64, f64) = (500e6, 100e6, 240.0 * 32.0);

/// A file that ffmpeg reads through a handle of ours: it is given no name, and may open nothing else.
#[derive(Debug)]
pub(crate) struct Video {
    pub(crate) file: File,
    pub(crate) shown: String,
}

/// What is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Source {
    /// As it is shown, after a rotation.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pictures a second, as a fraction such as `30000/1001`.
    pub(crate) rate: String,
    pub(crate) seconds: f64,
    /// What its colours are for, as HLS calls it: `SDR`, or `PQ` and `HLG` for bright screens.
    pub(crate) range: &'static str,
    pub(crate) sound: Option<Sound>,
}

/// Its first sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sound {
    /// Such as `nor`, if it is said.
    pub(crate) language: Option<String>,
}

impl Video {
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let shown = path.display().to_string();
        let about = |words: &str| format!("`{shown}`: {words}");
        let file = reading::open(path).map_err(|problem| match problem {
            Unread::Kind("a folder") => about("this is a folder; name a video in it"),
            Unread::Kind(kind) => about(&format!(
                "this is {kind}, and no file that can be read twice; save the video as a file first"
            )),
            other => about(&other.to_string()),
        })?;
        let length = file.metadata().map_err(|problem| about(&problem.to_string()))?.len();
        if length == 0 {
            return Err(about("the file is empty; was it copied to its end?"));
        }
        Ok(Self { file, shown })
    }

    /// The arguments that name it as ffmpeg's input, and keep ffmpeg from everything else.
    pub(crate) fn input() -> [&'static str; 6] {
        ["-protocol_whitelist", "fd", "-format_whitelist", FORMATS, "-i", "fd:"]
    }

    /// Asks ffprobe.
    pub(crate) async fn look(&self, tools: &Tools, stop: &Stop) -> Result<Source, IngestError> {
        const SHOWN: &str = "format=format_name,start_time,duration:stream=codec_type,duration,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,color_transfer\
            :stream_disposition=attached_pic:stream_tags=language,DURATION:stream_side_data=rotation";
        let program = Program::new(&tools.ffprobe).reading(&self.file)?;
        let program =
            program.args(["-v", "error", "-of", "json", "-show_entries", SHOWN]).args(Self::input());
        let asked = tokio::time::timeout(std::time::Duration::from_mins(2), program.output(stop)).await;
        let about = |words: &str| format!("`{}`: {words}", self.shown);
        let (ended, printed) =
            asked.map_err(|_| about("ffprobe does not come to an end with it; put it into MP4 first"))??;
        let judged = if ended.succeeded { read(&printed) } else { Err(unreadable(&ended)) };
        let source = judged.map_err(|words| about(&words))?;
        let length = self.file.metadata().map_err(|problem| about(&problem.to_string()))?.len();
        source.holds(length).map_err(|words| about(&words))?;
        Ok(source)
    }
}

/// What ffprobe's complaint comes to.
fn unreadable(ended: &Ended) -> String {
    let said = &ended.words;
    if said.contains("Format not on whitelist") {
        "this is a playlist or another kind of file that is not taken; give a video in MP4, Matroska, MPEG-TS, AVI or the like".to_owned()
    } else if said.contains("moov atom not found") {
        "the file is not whole: its index, which is at its end, is missing; copy it again".to_owned()
    } else if said.contains("Invalid data found")
        || said.contains("End of file")
        || said.contains("Invalid argument")
    {
        "this is no video that ffmpeg can read; check that it plays".to_owned()
    } else {
        format!("ffprobe cannot read it: {}", ended.last_line())
    }
}

#[derive(Deserialize)]
struct Probed {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    #[serde(rename = "format_name")]
    name: Option<String>,
    start_time: Option<String>,
    duration: Option<String>,
}

impl Format {
    /// When the first stream begins, where lengths are counted from 0 nevertheless.
    fn before_its_start(&self) -> f64 {
        let is_matroska = self.name.as_ref().is_some_and(|name| name.starts_with("matroska"));
        let start = self.start_time.as_deref().and_then(number).filter(|_| is_matroska);
        start.unwrap_or_default().max(0.0)
    }
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    duration: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    color_transfer: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
struct Tags {
    language: Option<String>,
    /// Matroska's own way: `00:00:06.000000000`.
    #[serde(rename = "DURATION")]
    duration: Option<String>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// Judges what ffprobe printed.
fn read(printed: &str) -> Result<Source, String> {
    let probed: Probed = serde_json::from_str(printed)
        .map_err(|problem| format!("what ffprobe says of it cannot be read: {problem}"))?;
    let of_kind = |stream: &&Stream, kind: &str| stream.codec_type.as_deref() == Some(kind);
    let picture =
        probed.streams.iter().find(|one| of_kind(one, "video") && one.disposition.attached_pic == 0);
    let picture = picture.ok_or("there is no picture in it; a title needs one")?;
    let (mut width, mut height) = (picture.width.unwrap_or_default(), picture.height.unwrap_or_default());
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        return Err(format!(
            "its picture has {width}x{height} pixels; sides of {} to {} are taken",
            SIDES.start(),
            SIDES.end()
        ));
    }
    let shape = fraction(picture.sample_aspect_ratio.as_deref().unwrap_or("1:1")).unwrap_or(1.0);
    let aspect = shape * f64::from(width) / f64::from(height);
    if !(1.0 / LONGEST_SIDE..=LONGEST_SIDE).contains(&aspect) {
        return Err(format!(
            "its picture of {width}x{height} is too narrow; one side is at most {LONGEST_SIDE} times the other"
        ));
    }
    let rotation = picture.side_data_list.iter().find_map(|data| data.rotation).unwrap_or_default();
    // Turned by a quarter; other angles are turned within the same frame.
    if (rotation.rem_euclid(180.0) - 90.0).abs() < 1.0 {
        (width, height) = (height, width);
    }
    // Sound may last longer than pictures, and then the file does.
    let own =
        picture.duration.as_deref().and_then(number).or_else(|| clock(picture.tags.duration.as_deref()?));
    let all = probed.format.duration.as_deref().and_then(number);
    let seconds = own.filter(|seconds| *seconds > 0.0).or(all);
    let seconds = seconds.ok_or("how long it is cannot be told; put it into MP4 first")?;
    let seconds = seconds - probed.format.before_its_start();
    if seconds < SHORTEST {
        return Err(format!("it lasts {seconds:.2} s; a title has at least {SHORTEST:.0} s"));
    }
    if seconds > LONGEST {
        return Err(format!("it says that it lasts {seconds:.0} s; a title has at most {LONGEST:.0} s"));
    }
    let sound = probed.streams.iter().find(|stream| of_kind(stream, "audio"));
    let range = match picture.color_transfer.as_deref() {
        Some("smpte2084") => "PQ",
        Some("arib-std-b67") => "HLG",
        _ => "SDR",
    };
    Ok(Source { width, height, rate: rate(picture), seconds, range, sound: sound.map(Sound::of) })
}

impl Source {
    /// Fails if a file has more bytes than anything of this size and length can have.
    fn holds(&self, length: u64) -> Result<(), String> {
        let (any, sound, pixel) = LARGEST;
        let pixels = f64::from(self.width) * f64::from(self.height);
        #[expect(clippy::cast_precision_loss, reason = "to be compared with what is far away")]
        let length = length as f64;
        if length <= any + self.seconds * (sound + pixel * pixels) {
            return Ok(());
        }
        Err(format!(
            "it has {:.0} GB, which is too much for {:.1} s; something else must be behind the video in the file",
            length / 1e9,
            self.seconds
        ))
    }
}

impl Sound {
    fn of(stream: &Stream) -> Self {
        let is_language = |text: &String| {
            (2..=3).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_lowercase())
                && text != "und"
        };
        Self { language: stream.tags.language.clone().filter(is_language) }
    }
}

/// Pictures a second, from 1 to 60. A file whose rate varies says its finest step, which nobody needs.
fn rate(picture: &Stream) -> String {
    let all = [&picture.r_frame_rate, &picture.avg_frame_rate];
    let mut known = all.into_iter().flatten().filter_map(|text| Some((text, fraction(text)?)));
    if let Some((text, _)) = known.clone().find(|(_, rate)| (1.0..=60.0).contains(rate)) {
        return text.clone();
    }
    let is_slow = known.next().is_some_and(|(_, rate)| rate < 1.0) && known.all(|(_, rate)| rate < 1.0);
    if is_slow { "1" } else { "60" }.to_owned()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// `00:01:06.5` in seconds.
fn clock(text: &str) -> Option<f64> {
    text.split(':').try_fold(0.0, |seconds, part| Some(60.0 * seconds + number(part)?))
}

/// `16:9` or `30000/1001` as a number above 0.
fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once([':', '/'])?;
    let value = above.parse::<f64>().ok()? / below.parse::<f64>().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn picture() -> Value {
        json!({"codec_type": "video", "width": 1280, "height": 720, "r_frame_rate": "25/1", "avg_frame_rate": "25/1"})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut picture = picture();
        picture[name] = value;
        picture
    }

    fn probed(streams: &[Value], duration: &str) -> Result<Source, String> {
        read(&json!({"streams": streams, "format": {"duration": duration}}).to_string())
    }

    #[test]
    fn a_picture_is_as_it_is_shown() {
        for (stream, width, height, rate) in [
            (picture(), 1280, 720, "25/1"),
            (with("side_data_list", json!([{"rotation": -90}])), 720, 1280, "25/1"),
            (with("side_data_list", json!([{}, {"rotation": 270}])), 720, 1280, "25/1"),
            (with("side_data_list", json!([{"rotation": 180}])), 1280, 720, "25/1"),
            (with("side_data_list", json!([{"rotation": 45}])), 1280, 720, "25/1"),
            (with("side_data_list", json!([{"rotation": -89.6}])), 720, 1280, "25/1"),
            (with("r_frame_rate", json!("90000/1")), 1280, 720, "25/1"),
            (with("r_frame_rate", json!("30000/1001")), 1280, 720, "30000/1001"),
            (with("r_frame_rate", json!("0/0")), 1280, 720, "25/1"),
            (with("sample_aspect_ratio", json!("0:1")), 1280, 720, "25/1"),
        ] {
            let source = probed(std::slice::from_ref(&stream), "6.0").unwrap();
            assert_eq!(
                (source.width, source.height, source.rate.as_str()),
                (width, height, rate),
                "{stream}"
            );
        }
        let fast = json!({"codec_type": "video", "width": 64, "height": 64, "r_frame_rate": "240/1", "avg_frame_rate": "120/1"});
        assert_eq!(probed(&[fast], "6").unwrap().rate, "60");
        let slow = json!({"codec_type": "video", "width": 64, "height": 64, "r_frame_rate": "1/5", "avg_frame_rate": "1/5"});
        assert_eq!(probed(&[slow], "60").unwrap().rate, "1");
        for (transfer, range) in [("smpte2084", "PQ"), ("arib-std-b67", "HLG"), ("bt709", "SDR")] {
            assert_eq!(probed(&[with("color_transfer", json!(transfer))], "6").unwrap().range, range);
        }
    }

    #[test]
    fn pictures_may_end_before_the_file_does() {
        for (stream, expected) in [
            (picture(), 6.0),
            (with("duration", json!("4.5")), 4.5),
            (with("tags", json!({"DURATION": "00:00:03.250000000"})), 3.25),
            (with("tags", json!({"DURATION": "soon"})), 6.0),
            (with("duration", json!("N/A")), 6.0),
            (with("duration", json!("0.0")), 6.0),
            (with("duration", json!("nan")), 6.0),
        ] {
            let seconds = probed(std::slice::from_ref(&stream), "6.0").unwrap().seconds;
            assert!((seconds - expected).abs() < 1e-9, "{stream}: {seconds}");
        }
        assert_eq!(clock("01:01:01.5"), Some(3661.5));
        // Matroska counts from 0 though it begins later; others count from their start.
        for (name, expected) in [("matroska,webm", 2.0), ("mpegts", 5002.0)] {
            let format = json!({"format_name": name, "start_time": "5000.0", "duration": "5002.0"});
            let source = read(&json!({"streams": [picture()], "format": format}).to_string()).unwrap();
            assert!((source.seconds - expected).abs() < 1e-9, "{name}");
        }
    }

    #[test]
    fn no_video_has_more_bytes_than_its_pictures() {
        let source = probed(&[picture()], "6.0").unwrap();
        for (length, holds) in [(0, true), (40_000_000_000, true), (60_000_000_000, false), (1 << 40, false)]
        {
            assert_eq!(source.holds(length).is_ok(), holds, "{length}");
        }
        assert!(
            source.holds(1 << 40).unwrap_err().starts_with("it has 1100 GB, which is too much for 6.0 s")
        );
    }

    #[test]
    fn the_first_sound_counts_and_its_language_if_it_has_one() {
        let sound = |language: &str| json!({"codec_type": "audio", "tags": {"language": language}});
        for (language, expected) in [("nor", Some("nor")), ("und", None), ("\"x", None), ("", None)] {
            let source = probed(&[sound(language), picture()], "6.0").unwrap();
            assert_eq!(source.sound.unwrap().language.as_deref(), expected);
        }
        assert_eq!(probed(&[picture()], "6.0").unwrap().sound, None);
    }

    #[test]
    fn what_is_no_video_is_refused_in_words() {
        let cover = with("disposition", json!({"attached_pic": 1}));
        let sized =
            |width: u32, height: u32| json!({"codec_type": "video", "width": width, "height": height});
        for (streams, duration, words) in [
            (vec![], "6", "there is no picture"),
            (vec![json!({"codec_type": "audio"})], "6", "there is no picture"),
            (vec![cover], "6", "there is no picture"),
            (vec![json!({"codec_type": "video"})], "6", "its picture has 0x0 pixels"),
            (vec![sized(1, 1)], "6", "its picture has 1x1 pixels; sides of 32 to 8192 are taken"),
            (vec![sized(15360, 8640)], "6", "its picture has 15360x8640 pixels"),
            (vec![sized(8192, 32)], "6", "is too narrow"),
            (vec![with("sample_aspect_ratio", json!("100:1"))], "6", "is too narrow"),
            (vec![picture()], "N/A", "how long it is cannot be told"),
            (vec![picture()], "inf", "how long it is cannot be told"),
            (vec![picture()], "0.000000", "it lasts 0.00 s"),
            (vec![picture()], "-5", "it lasts -5.00 s"),
            (vec![picture()], "0.99", "it lasts 0.99 s"),
            (vec![picture()], "1e9", "it says that it lasts 1000000000 s"),
        ] {
            let said = probed(&streams, duration).unwrap_err();
            assert!(said.contains(words), "{streams:?} {duration}: {said}");
        }
        assert!(read("{").unwrap_err().contains("cannot be read"));
        assert!(read(&json!({"streams": [picture()]}).to_string()).unwrap_err().contains("how long"));
    }

    #[test]
    fn complaints_become_sentences() {
        for (said, words) in [
            ("[hls @ 0x1] Format not on whitelist 'mov'\nfd:: Invalid argument", "this is a playlist"),
            ("moov atom not found\nfd:: Invalid data found", "not whole"),
            ("fd:: Invalid data found when processing input", "no video that ffmpeg can read"),
            ("something else", "ffprobe cannot read it: something else"),
            ("", "ffprobe cannot read it: it did not say why"),
        ] {
            let said = unreadable(&Ended { succeeded: false, words: said.to_owned() });
            assert!(said.contains(words), "{said}");
        }
    }
}
