//! A poster for everyone, and small pictures for whoever may play it.

use crate::IngestError;
use crate::encode::no_room;
use crate::program::Program;
use crate::stop::Stop;
use crate::tools::Tools;
use std::fmt::Write as _;
use std::path::Path;

const POSTER_WIDTH: u32 = 640;
const SMALL_WIDTH: u32 = 160;
const COLUMNS: u32 = 10;

/// The most small pictures, and the fewest seconds for each.
const MOST: u32 = 100;
const EACH: f64 = 2.0;

/// An encoded picture that others are taken from: its file in the working folder, and its size.
pub(crate) struct Encoded<'e> {
    pub(crate) file: &'e str,
    pub(crate) size: (u32, u32),
}

/// Makes `poster.jpg` in a folder below the working folder, and says how large it is.
pub(crate) async fn poster(
    from: &Encoded<'_>,
    seconds: f64,
    folder: &str,
    work: &Path,
    tools: &Tools,
    stop: &Stop,
) -> Result<(u32, u32), IngestError> {
    let height = in_proportion(POSTER_WIDTH, from.size);
    let (at, filter) = (format!("{:.3}", seconds / 3.0), format!("scale={POSTER_WIDTH}:{height}"));
    let target = format!("{folder}/poster.jpg");
    let mut words = vec!["-ss", &at, "-i", from.file, "-frames:v", "1", "-vf", &filter];
    words.extend(["-c:v", "mjpeg", "-q:v", "4", "-update", "1", &target]);
    draw(&words, &target, work, tools, stop).await?;
    Ok((POSTER_WIDTH, height))
}

/// Makes `sprite.jpg` and `thumbnails.vtt` in a folder below the working folder.
pub(crate) async fn storyboard(
    from: &Encoded<'_>,
    seconds: f64,
    folder: &str,
    work: &Path,
    tools: &Tools,
    stop: &Stop,
) -> Result<(), IngestError> {
    let board = Board::of(seconds, from.size);
    let Board { count, columns, rows, height } = board;
    let filter =
        format!("fps={count}/{seconds:.3}:round=up,scale={SMALL_WIDTH}:{height},tile={columns}x{rows}");
    let target = format!("{folder}/sprite.jpg");
    let mut words = vec!["-i", from.file, "-vf", &filter, "-frames:v", "1"];
    words.extend(["-c:v", "mjpeg", "-q:v", "6", "-update", "1", &target]);
    draw(&words, &target, work, tools, stop).await?;
    let path = work.join(folder).join("thumbnails.vtt");
    Ok(std::fs::write(path, board.cues(seconds)).map_err(|_| no_room(work))?)
}

async fn draw(
    words: &[&str],
    target: &str,
    work: &Path,
    tools: &Tools,
    stop: &Stop,
) -> Result<(), IngestError> {
    let program =
        Program::new(&tools.ffmpeg).within(work).args(["-nostdin", "-v", "error", "-y"]).args(words);
    let ended = program.run(stop, |_| {}).await?;
    if ended.words.contains("No space left on device") {
        return Err(no_room(work).into());
    }
    if !ended.succeeded || !work.join(target).is_file() {
        return Err(format!("ffmpeg cannot make the small pictures: {}", ended.last_line()).into());
    }
    Ok(())
}

/// How small pictures are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Board {
    count: u32,
    columns: u32,
    rows: u32,
    height: u32,
}

impl Board {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of at most a hundred")]
    fn of(seconds: f64, size: (u32, u32)) -> Self {
        let count = ((seconds / EACH).ceil().clamp(1.0, f64::from(MOST))) as u32;
        let columns = count.min(COLUMNS);
        Self { count, columns, rows: count.div_ceil(columns), height: in_proportion(SMALL_WIDTH, size) }
    }

    /// The `WebVTT` file that says which picture is for which time.
    fn cues(self, seconds: f64) -> String {
        let Self { count, columns, height, .. } = self;
        let each = seconds / f64::from(count);
        let mut text = "WEBVTT\n".to_owned();
        for number in 0..count {
            let (first, last) = (f64::from(number) * each, f64::from(number + 1) * each);
            let (x, y) = (number % columns * SMALL_WIDTH, number / columns * height);
            let _ = write!(
                text,
                "\n{} --> {}\nsprite.jpg#xywh={x},{y},{SMALL_WIDTH},{height}\n",
                clock(first),
                clock(last)
            );
        }
        text
    }
}

/// The even height that goes with a width.
fn in_proportion(width: u32, size: (u32, u32)) -> u32 {
    let (of_width, of_height) = (u64::from(size.0.max(1)), u64::from(size.1));
    let half = (u64::from(width) * of_height / 2 + of_width / 2) / of_width;
    u32::try_from(2 * half).unwrap_or(width).max(2)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of at most a day")]
fn clock(seconds: f64) -> String {
    let thousandths = (seconds * 1000.0).round() as u64;
    let (all, part) = (thousandths / 1000, thousandths % 1000);
    format!("{:02}:{:02}:{:02}.{part:03}", all / 3600, all / 60 % 60, all % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pictures_are_neither_too_many_nor_none() {
        for (seconds, count, columns, rows) in [
            (1.0, 1, 1, 1),
            (4.0, 2, 2, 1),
            (24.0, 12, 10, 2),
            (7200.0, 100, 10, 10),
            (86_400.0, 100, 10, 10),
        ] {
            let board = Board::of(seconds, (640, 360));
            assert_eq!(board, Board { count, columns, rows, height: 90 }, "{seconds}");
            assert_eq!(board.cues(seconds).matches("-->").count(), usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn cues_say_where_and_when() {
        let text = Board::of(24.0, (1080, 1920)).cues(24.0);
        assert!(
            text.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nsprite.jpg#xywh=0,0,160,284\n"),
            "{text}"
        );
        assert!(
            text.ends_with("\n00:00:22.000 --> 00:00:24.000\nsprite.jpg#xywh=160,284,160,284\n"),
            "{text}"
        );
        assert_eq!(clock(3_661.5), "01:01:01.500");
    }

    #[test]
    fn heights_are_even_and_in_proportion() {
        for (size, height) in
            [((640, 360), 90), ((426, 240), 90), ((202, 360), 286), ((360, 72), 32), ((1, 1), 160)]
        {
            assert_eq!(in_proportion(160, size), height, "{size:?}");
        }
    }
}
