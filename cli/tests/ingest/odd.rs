//! Videos that are cut off, torn, late, slow, turned or bright: each comes out right, or with a sentence.

use crate::videos::{Content, ffmpeg, short};
use serde_json::json;
use std::fs;

#[test]
fn what_is_cut_or_torn_is_said_wherever_it_is() {
    let content = Content::new("cut");
    let name = |name: &str| content.folder.join(name).display().to_string();
    short(&content.folder.join("a.mp4"));
    ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", &name("a.mkv")]);
    ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", "-movflags", "+faststart", &name("fast.mp4")]);
    ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", &name("a.ts")]);
    ffmpeg(&["-i", &name("a.mp4"), "-an", "-c:v", "libvpx", "-deadline", "realtime", &name("a.webm")]);
    let cut = |file: &str, percent: usize| {
        let bytes = fs::read(name(file)).expect("it is there");
        let new = format!("{percent}-{file}");
        fs::write(name(&new), &bytes[..bytes.len() * percent / 100]).expect("it is written");
        new
    };
    let ends = "the file is not whole: it ends at ";
    for (file, percent, words) in [
        ("a.mp4", 5, "the file is not whole: its index, which is at its end, is missing"),
        ("a.mp4", 50, "the file is not whole: its index, which is at its end, is missing"),
        ("fast.mp4", 10, ends),
        ("fast.mp4", 50, ends),
        ("fast.mp4", 95, ends),
        ("a.mkv", 3, ends),
        ("a.mkv", 40, ends),
        ("a.mkv", 60, ends),
        ("a.webm", 2, ends),
        ("a.webm", 50, ends),
        ("a.ts", 30, "a title has at least 1 s"),
    ] {
        let (code, said) = content.refused(&[&cut(file, percent), "--title", "acme/new"]);
        assert_eq!(code, 1, "{file} {percent}: {said}");
        assert!(said.contains(words), "{file} {percent}: {said}");
    }
    let stream = fs::read(name("a.ts")).expect("it is there");
    fs::write(name("joined.ts"), [stream.as_slice(), &stream].concat()).expect("it is written");
    let (code, said) = content.refused(&["joined.ts", "--title", "acme/new"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("it was cut off, or joined of pieces"), "{said}");
}

#[test]
fn what_is_late_slow_turned_or_bright_comes_out_right() {
    let content = Content::new("late");
    let name = |name: &str| content.folder.join(name).display().to_string();
    short(&content.folder.join("a.mp4"));
    // A recording that begins when the channel has run for long.
    ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", "-output_ts_offset", "5000", &name("late.mkv")]);
    ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", "-output_ts_offset", "-1", &name("early.mkv")]);
    ffmpeg(&["-display_rotation", "45", "-i", &name("a.mp4"), "-c", "copy", &name("askew.mp4")]);
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=0.2:d=10", "-c:v", "mpeg4", &name("slow.mp4")]);
    let colours = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc";
    let bright = ["-i", &name("a.mp4"), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"];
    ffmpeg(&[bright.as_slice(), &["-x264-params", colours, "-c:a", "copy", &name("bright.mp4")]].concat());
    for (file, seconds, rate) in [
        ("late.mkv", 2.0, "25/1"),
        ("early.mkv", 2.0, "25/1"),
        ("askew.mp4", 2.0, "25/1"),
        ("slow.mp4", 10.0, "1"),
        ("bright.mp4", 2.0, "25/1"),
    ] {
        let title = format!("acme/{}", file.replace('.', "-"));
        let output = content.ingest(&[file, "--title", &title, "--heights", "180", "--json"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{file}: {said}");
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert!((made["seconds"].as_f64().expect("a number") - seconds).abs() < 0.2, "{file}: {made}");
        assert_eq!((&made["heights"], &made["mobile_heights"]), (&json!([180]), &json!([])), "{file}");
        assert_eq!(made["source"]["rate"], rate, "{file}");
        let is_bright = file == "bright.mp4";
        assert_eq!(said.contains("bright screens (HDR), and stay so"), is_bright, "{file}: {said}");
        let master = content.read(&format!("vod/{title}/master.m3u8"));
        assert!(master.contains(if is_bright { "VIDEO-RANGE=PQ" } else { "VIDEO-RANGE=SDR" }), "{master}");
    }
}
