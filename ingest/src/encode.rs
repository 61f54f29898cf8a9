//! All heights at once, by ffmpeg.

use crate::IngestError;
use crate::ladder::{Rung, kilobits};
use crate::program::{Ended, Program};
use crate::progress::Progress;
use crate::source::{Source, Video};
use crate::stop::Stop;
use crate::tools::Tools;
use std::fmt::Write as _;
use std::path::Path;

/// How long a segment is: every so often a picture can be begun with.
pub(crate) const SEGMENT_SECONDS: u32 = 4;

/// How much shorter than it says a video may be: 1 s, or 2 %.
const MISSING: (f64, f64) = (1.0, 0.02);

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
    let mut reached = 0.0;
    let ended = program
        .run(stop, |line| {
            let time = line.strip_prefix("out_time_us=").and_then(|time| time.trim().parse::<f64>().ok());
            if let Some(time) = time {
                reached = time / 1e6;
                progress.at(&what, reached / source.seconds);
            }
        })
        .await?;
    let about = |words: &str| format!("`{}`: {words}", video.shown);
    if !ended.succeeded {
        if ended.words.contains("No space left on device") {
            return Err(no_room(work).into());
        }
        return Err(about(&failure(&ended, reached, source.seconds)).into());
    }
    let first = rungs.first().ok_or_else(|| "nothing is to be encoded".to_owned())?;
    let made = length(&work.join(&first.file), tools, stop).await?;
    // A Matroska file that was cut off is no mistake to ffmpeg.
    let missing = source.seconds - made;
    if missing > MISSING.0 && missing > MISSING.1 * source.seconds {
        return Err(about(&ends(made, source.seconds)).into());
    }
    progress.done(&what);
    Ok(made)
}

/// How long a file of our own making is.
async fn length(file: &Path, tools: &Tools, stop: &Stop) -> Result<f64, IngestError> {
    let asked = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"];
    let program = Program::new(&tools.ffprobe).args(asked).args([file]);
    let (_, said) = program.output(stop).await?;
    let seconds = said.trim().parse::<f64>().ok();
    Ok(seconds.ok_or_else(|| {
        "ffmpeg made a file that ffprobe cannot measure; is there room on the disk?".to_owned()
    })?)
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
    let at_its_end = said.contains("corrupt input packet")
        || said.contains("partial file")
        || said.contains("ended prematurely");
    let sentence = if at_its_end {
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
    fn ends_become_sentences() {
        for (said, words) in [
            ("corrupt input packet in stream 0", "the file is not whole: it ends at 2.0 s of 6.0 s"),
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
