//! What is made of a video, and that it plays.

use crate::videos::{Content, complains, ffmpeg, tools, video};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// What ffprobe says of a playlist's pictures and its length.
fn probed(content: &Content, path: &str) -> Value {
    let output = Command::new(&tools().ffprobe)
        .args([
            "-v",
            "error",
            "-of",
            "json",
            "-show_entries",
            "format=duration:stream=codec_name,width,height",
        ])
        .arg(content.output.join(path))
        .output()
        .expect("ffprobe runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{path}: {output:?}"))
}

#[test]
fn a_video_becomes_a_title_that_plays() {
    let content = Content::new("plain");
    video(&content.folder.join("a film's \"best\" cut, 1=2.mp4"));
    let before = content.read("catalogue.json");
    let made = content.made(&[
        "a film's \"best\" cut, 1=2.mp4",
        "--title",
        "acme/new/film",
        "--description",
        "A \"film\"\nof mine",
        "--heights",
        "360,240",
    ]);
    assert_eq!(
        (&made["title"], &made["heights"], &made["mobile_heights"], &made["sound"], &made["protection"]),
        (&json!("acme/new/film"), &json!([360, 240]), &json!([]), &json!(true), &json!("none"))
    );
    assert_eq!((&made["manifest"], &made["keys"]), (&json!("/vod/acme/new/film/master.m3u8"), &json!([])));
    for ladder in ["master.m3u8", "mobile/master.m3u8"] {
        let path = content.output.join("vod/acme/new/film").join(ladder);
        assert_eq!(
            complains(&["-i", &path.display().to_string(), "-map", "0", "-f", "null", "-"]),
            "",
            "{ladder}"
        );
        assert!(
            content.read(&format!("vod/acme/new/film/{ladder}")).contains("LANGUAGE=\"nor\""),
            "{ladder}"
        );
    }
    let seen = probed(&content, "vod/acme/new/film/360p/index.m3u8");
    assert_eq!(
        (&seen["streams"][0]["height"], &seen["format"]["duration"]),
        (&json!(360), &json!("6.000000"))
    );

    let entry = &content.catalogue()["acme/new/film"];
    assert_eq!(
        (&entry["name"], &entry["description"], &entry["seconds"], &entry["live"]),
        (&json!("a film's \"best\" cut, 1=2"), &json!("A \"film\"\nof mine"), &json!(6), &json!(false))
    );
    assert!(
        content.read("catalogue.json").starts_with(before.trim_end_matches("\n}\n")),
        "the other title is as it was"
    );
    assert_eq!(entry["artwork"][0]["url"], "/artwork/acme/new/film/poster.jpg");
    assert_eq!(
        &fs::read(content.output.join("artwork/acme/new/film/poster.jpg")).expect("it is there")[..2],
        b"\xff\xd8"
    );
    let board = content.read("vod/acme/new/film/text/storyboard/thumbnails.vtt");
    assert_eq!(board.matches("sprite.jpg#xywh=").count(), 3, "{board}");
    // There, a second time only if that is said; what it then makes is new.
    let (code, said) = content.refused(&["a film's \"best\" cut, 1=2.mp4", "--title", "acme/new/film"]);
    assert_eq!((code, said.contains("there is a title `acme/new/film` already")), (1, true), "{said}");
    content.made(&[
        "a film's \"best\" cut, 1=2.mp4",
        "--title",
        "acme/new/film",
        "--replace",
        "--heights",
        "240",
        "--name",
        "Again",
    ]);
    let again = &content.catalogue()["acme/new/film"];
    assert_eq!((&again["name"], &again["renditions"][0]["height"]), (&json!("Again"), &json!(240)));
    assert!(!content.output.join("vod/acme/new/film/360p").exists(), "nothing is left of the former one");
}

#[test]
fn odd_videos_become_titles_too() {
    let content = Content::new("odd");
    let name = |name: &str| content.folder.join(name).display().to_string();
    video(&content.folder.join("whole.mp4"));
    ffmpeg(&["-display_rotation", "90", "-i", &name("whole.mp4"), "-c", "copy", &name("-turned.mp4")]);
    // Odd sides, no sound, and every third picture is missing.
    let varying = "testsrc2=s=333x201:r=30:d=3,select='mod(n\\,3)'";
    ffmpeg(&["-f", "lavfi", "-i", varying, "-fps_mode", "vfr", "-c:v", "ffv1", &name("odd.mkv")]);
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=720x576:r=25:d=2,setsar=16/11",
        "-c:v",
        "mpeg2video",
        &name("wide.ts"),
    ]);
    // Sound goes on for as long again as the pictures.
    ffmpeg(&[
        "-i",
        &name("whole.mp4"),
        "-f",
        "lavfi",
        "-i",
        "sine=d=12",
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "copy",
        "-c:a",
        "aac",
        &name("tail.mkv"),
    ]);
    for (file, title, width, height, seconds) in [
        ("tail.mkv", "acme/tail", 640, 360, 6.0),
        ("-turned.mp4", "acme/turned", 202, 360, 6.0),
        ("odd.mkv", "acme/odd", 330, 200, 3.0),
        ("wide.ts", "acme/wide", 640, 360, 2.0),
    ] {
        let made = content.made(&["--title", title, "--", file]);
        let path = format!("vod/{title}/{height}p/index.m3u8");
        let seen = probed(&content, &path);
        let close = |one: i64| (seen["streams"][0]["width"].as_i64().unwrap_or_default() - one).abs() <= 2;
        assert!(close(width), "{file}: {seen}");
        assert_eq!(seen["streams"][0]["height"], json!(height), "{file}");
        assert!((made["seconds"].as_f64().expect("it is a number") - seconds).abs() < 0.2, "{file}: {made}");
        assert_eq!(
            complains(&["-i", &content.output.join(&path).display().to_string(), "-f", "null", "-"]),
            "",
            "{file}"
        );
    }
    assert_eq!(
        content.catalogue()["acme/odd"]["renditions"][0]["codecs"]
            .as_str()
            .map(|codecs| codecs.contains("mp4a")),
        Some(false)
    );
    assert!(!content.read("vod/acme/odd/master.m3u8").contains("AUDIO"));
}

#[test]
fn without_a_server_keys_lie_beside_the_catalogue_and_that_is_said() {
    let content = Content::new("keys");
    video(&content.folder.join("a.mp4"));
    let output =
        content.ingest(&["a.mp4", "--title", "acme/secret", "--encrypt", "clearkey", "--heights", "240"]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("keys.json, readable by anybody"), "{output:?}");
    let keys: Value = serde_json::from_str(&content.read("keys.json")).expect("it is JSON");
    let labels: Vec<_> = keys["keys"].as_array().expect("a list").iter().map(|key| &key["label"]).collect();
    assert_eq!(labels, [&json!("AUDIO"), &json!("SD")]);
    // In their place comes a title without keys: they go.
    content.made(&["a.mp4", "--title", "acme/secret", "--replace", "--heights", "240"]);
    let keys: Value = serde_json::from_str(&content.read("keys.json")).expect("it is JSON");
    assert_eq!(keys["keys"], json!([]));
}
