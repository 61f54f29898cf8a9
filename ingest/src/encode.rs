//! All heights at once, by ffmpeg.

use crate::IngestError;
use crate::ladder::{Rung, kilobits};
use crate::program::{Ended, Program};
use crate::progress::Progress;
use crate::source::{LONGEST, Source, Video};
use crate::stop::Stop;
use crate::tools::Tools;
use std::cell::Cell;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a segment is: every so often a picture can be begun with.
pub(crate) const SEGMENT_SECONDS: u32 = 4;

/// How much shorter than it says a video may be: 2 %, or of a short one 1 s, but never more than a quarter.
const MISSING: (f64, f64, f64) = (0.02, 1.0, 0.25);

/// For how long ffmpeg may come no further.
const PATIENCE: Duration = Duration::from_mins(5);

/// Encodes into the working folder, a file for each rung and `audio.mp4` if there is sound. Says how long the pictures are.
pub(crate) async fn encode(
    video: &Video,
    source: &Source,
    rungs: &[Rung],
    work: &Path,
    tools: &Tools,
    progress: &mut Progress,
    stop: &Stop,
) -> Result<f64, IngestError> {
    let what = format!("encoding {}", heights(rungs));
    progress.begin(&what);
    let program =
        Program::new(&tools.ffmpeg).within(work).reading(&video.file)?.args(arguments(source, rungs));
    let about = |words: &str| format!("`{}`: {words}", video.shown);
    let (reached, at) = (Cell::new(0.0), Cell::new(Instant::now()));
    let running = program.run(stop, |line| {
        let time = line.strip_prefix("out_time_us=").and_then(|time| time.trim().parse::<f64>().ok());
        if let Some(seconds) = time.map(|time| time / 1e6).filter(|seconds| *seconds > reached.get()) {
            reached.set(seconds);
            at.set(Instant::now());
            progress.at(&what, seconds / source.seconds);
        }
    });
    // Whoever made the file decides for how long ffmpeg reads in it.
    let ended = tokio::select! {
        ended = running => ended?,
        words = without_end(&reached, &at, PATIENCE) => return Err(about(&words).into()),
    };
    let reached = reached.get();
    if !ended.succeeded {
        if ended.words.contains("No space left on device") {
            return Err(no_room(work).into());
        }
        return Err(about(&failure(&ended, reached, source.seconds)).into());
    }
    let first = rungs.first().ok_or_else(|| "nothing is to be encoded".to_owned())?;
    let made = length(&work.join(&first.file), tools, stop).await?;
    // A Matroska file that was cut off is no mistake to ffmpeg, be it before the first picture.
    let made = made.unwrap_or_default();
    if is_cut(made, source.seconds) {
        return Err(about(&ends(made, source.seconds)).into());
    }
    progress.done(&what);
    Ok(made)
}

/// Comes when ffmpeg has come no further for so long, or further than a title may last.
async fn without_end(reached: &Cell<f64>, at: &Cell<Instant>, patience: Duration) -> String {
    loop {
        tokio::time::sleep(patience.min(Duration::from_secs(1))).await;
        let seconds = reached.get();
        if seconds > LONGEST {
            return format!("it goes on after {:.0} h; a title has at most 24", seconds / 3600.0);
        }
        if at.get().elapsed() > patience {
            return format!(
                "ffmpeg reads in it without an end: after {seconds:.1} s nothing has come for {} s; put it into MP4 first",
                patience.as_secs()
            );
        }
    }
}

/// Whether something is missing at the end.
fn is_cut(made: f64, seconds: f64) -> bool {
    let (part, short, most) = MISSING;
    seconds - made > (part * seconds).max(short.min(most * seconds))
}

/// How long a file of our own making is, if there is something in it.
async fn length(file: &Path, tools: &Tools, stop: &Stop) -> Result<Option<f64>, IngestError> {
    let asked = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"];
    let program = Program::new(&tools.ffprobe).args(asked).args([file]);
    let (_, said) = program.output(stop).await?;
    Ok(said.trim().parse().ok())
}

/// What ffmpeg is asked.
fn arguments(source: &Source, rungs: &[Rung]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
    add(&["-nostdin", "-v", "error", "-xerror", "-progress", "pipe:1", "-nostats", "-y"]);
    add(&Video::input());
    add(&["-filter_complex", &filter(source, rungs)]);
    let keys = format!("expr:gte(t,n_forced*{SEGMENT_SECONDS})");
    for (number, rung) in rungs.iter().enumerate() {
        let (most, room) = (kilobits(rung.height), 2 * kilobits(rung.height));
        add(&[
            "-map",
            &format!("[v{number}]"),
            "-c:v",
            "libx264",
            "-profile:v",
            "high",
            "-preset",
            "veryfast",
        ]);
        add(&["-crf", "23", "-maxrate", &format!("{most}k"), "-bufsize", &format!("{room}k")]);
        // Without B-frames no picture is shown in another order than decoded, so that times begin at 0 without an edit list.
        add(&["-pix_fmt", "yuv420p", "-bf", "0", "-sc_threshold", "0", "-force_key_frames", &keys]);
        add(&["-map_metadata", "-1", "-map_chapters", "-1", "-video_track_timescale", "90000", &rung.file]);
    }
    if source.sound.is_some() {
        add(&[
            "-map",
            "0:a:0",
            "-af",
            "aresample=async=1:first_pts=0",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            "-ac",
            "2",
        ]);
        add(&["-ar", "48000", "-map_metadata", "-1", "-map_chapters", "-1", "audio.mp4"]);
    }
    words
}

/// One picture in, at an even rate from 0 on, and each height out.
fn filter(source: &Source, rungs: &[Rung]) -> String {
    let mut text =
        format!("[0:V:0]yadif=deint=interlaced,fps={}:start_time=0,split={}", source.rate, rungs.len());
    for number in 0..rungs.len() {
        let _ = write!(text, "[s{number}]");
    }
    for (number, Rung { height, .. }) in rungs.iter().enumerate() {
        let _ = write!(
            text,
            ";[s{number}]scale=w=max(16\\,trunc(oh*dar/2)*2):h={height}:flags=lanczos,setsar=1[v{number}]"
        );
    }
    text
}

/// What ffmpeg's end comes to.
fn failure(ended: &Ended, reached: f64, seconds: f64) -> String {
    let said = &ended.words;
    let is_torn = said.contains("corrupt input packet");
    // A transport stream has packets with numbers, and no length: what is missing may be anywhere.
    let sentence = if is_torn && said.contains("mpegts") {
        format!(
            "it is torn at {reached:.1} s of {seconds:.1} s: it was cut off, or joined of pieces; copy it again, or put it into MP4 first"
        )
    } else if is_torn
        || ["partial file", "ended prematurely", "received no packets"].iter().any(|end| said.contains(end))
    {
        ends(reached, seconds)
    } else if said.contains("Error while decoding")
        || said.contains("error while decoding")
        || said.contains("Invalid data found")
    {
        format!("it cannot be decoded after {reached:.1} s of {seconds:.1} s; it is damaged there")
    } else {
        format!("ffmpeg cannot encode it after {reached:.1} s of {seconds:.1} s")
    };
    format!("{sentence} ({})", ended.last_line())
}

fn ends(reached: f64, seconds: f64) -> String {
    format!("the file is not whole: it ends at {reached:.1} s of {seconds:.1} s; copy it again")
}

/// The disk is full. The working folder goes, and its name with it.
pub(crate) fn no_room(work: &Path) -> String {
    let place = work.parent().unwrap_or(work).display();
    format!("there is no room in {place}; make some, or name a folder elsewhere with --output")
}

fn heights(rungs: &[Rung]) -> String {
    rungs.iter().map(|rung| rung.height.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::Ladder;
    use crate::source::Sound;

    #[test]
    fn ffmpeg_reads_nothing_but_the_handle() {
        let source = Source {
            width: 640,
            height: 360,
            rate: "30000/1001".to_owned(),
            seconds: 6.0,
            range: "SDR",
            sound: Some(Sound { language: None }),
        };
        let words = arguments(&source, &Ladder::of(360, &[360]).rungs());
        let input = words.iter().position(|word| word == "-i").unwrap();
        assert_eq!(words[input + 1], "fd:");
        assert!(words[..input].windows(2).any(|pair| pair == ["-protocol_whitelist", "fd"]));
        assert!(
            words[..input].windows(2).any(|pair| pair[0] == "-format_whitelist" && !pair[1].contains("hls"))
        );
        assert_eq!(words.iter().filter(|word| *word == "-i").count(), 1);
        assert!(words.contains(&"audio.mp4".to_owned()) && words.contains(&"mobile-240p.mp4".to_owned()));
        let silent = Source { sound: None, ..source };
        assert!(!arguments(&silent, &Ladder::of(360, &[360]).rungs()).contains(&"audio.mp4".to_owned()));
    }

    #[test]
    fn what_is_missing_at_the_end_is_in_proportion() {
        for (made, seconds, cut) in [
            (2.0, 2.0, false),
            (1.6, 2.0, false),
            (1.4, 2.0, true),
            (0.0, 1.0, true),
            (5.1, 6.0, false),
            (4.9, 6.0, true),
            (98.5, 100.0, false),
            (97.0, 100.0, true),
            (7.0, 6.0, false),
        ] {
            assert_eq!(is_cut(made, seconds), cut, "{made} of {seconds}");
        }
    }

    #[tokio::test]
    async fn whoever_comes_no_further_is_ended() {
        let patience = Duration::from_millis(20);
        let (reached, at) = (Cell::new(2.0), Cell::new(Instant::now()));
        let said = without_end(&reached, &at, patience).await;
        assert!(said.starts_with("ffmpeg reads in it without an end: after 2.0 s nothing"), "{said}");
        let (reached, at) = (Cell::new(90_000.0), Cell::new(Instant::now()));
        assert_eq!(
            without_end(&reached, &at, patience).await,
            "it goes on after 25 h; a title has at most 24"
        );
        let (reached, at) = (Cell::new(2.0), Cell::new(Instant::now() + Duration::from_mins(1)));
        let waiting = tokio::time::timeout(patience * 5, without_end(&reached, &at, patience));
        assert!(waiting.await.is_err(), "it moves on");
    }

    #[test]
    fn ends_become_sentences() {
        for (said, words) in [
            ("stream 0, offset 0x5: partial file", "the file is not whole: it ends at 2.0 s of 6.0 s"),
            ("[in#0/mov] corrupt input packet in stream 0", "the file is not whole: it ends at 2.0 s"),
            (
                "[in#0/mpegts] corrupt input packet in stream 0",
                "it is torn at 2.0 s of 6.0 s: it was cut off, or joined",
            ),
            (
                "[h264] error while decoding MB 1 2",
                "it cannot be decoded after 2.0 s of 6.0 s; it is damaged there",
            ),
            ("Terminated", "ffmpeg cannot encode it after 2.0 s of 6.0 s (Terminated)"),
        ] {
            let ended = Ended { succeeded: false, words: said.to_owned() };
            let said = failure(&ended, 2.0, 6.0);
            assert!(said.contains(words), "{said}");
        }
        assert!(no_room(Path::new("/content/.ingest-1")).starts_with("there is no room in /content;"));
    }
}
