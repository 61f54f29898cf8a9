//! What is no video, or no title: a sentence, an exit code, and nothing left behind.

use crate::videos::{Content, ffmpeg, video};
use std::fs;
use std::net::TcpListener;
use std::process::Command;

#[test]
fn whatever_is_no_video_is_said_in_a_sentence() {
    let content = Content::new("refused");
    let name = |name: &str| content.folder.join(name).display().to_string();
    let put = |name: &str, bytes: &[u8]| fs::write(content.folder.join(name), bytes).expect("it is written");
    video(&content.folder.join("whole.mp4"));
    let whole = fs::read(name("whole.mp4")).expect("it is there");
    let drawn = |filter: &str, more: &[&str], file: &str| {
        ffmpeg(&[&["-f", "lavfi", "-i", filter], more, &[&name(file)]].concat());
    };
    fs::create_dir(content.folder.join("folder.mp4")).expect("it is made");
    assert!(Command::new("mkfifo").arg(name("pipe.mp4")).status().expect("mkfifo runs").success());
    put("empty.mp4", b"");
    put("text.mp4", b"this is text, and no video at all\n");
    put(
        "noise.mp4",
        &(0..50_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect::<Vec<_>>(),
    );
    // The index is at the beginning: what is missing is told by decoding only.
    put("cut.mp4", &whole[..whole.len() / 2]);
    ffmpeg(&["-i", &name("whole.mp4"), "-c", "copy", &name("index-last.mp4")]);
    let last = fs::read(name("index-last.mp4")).expect("it is there");
    put("no-index.mp4", &last[..last.len() * 9 / 10]);
    ffmpeg(&["-i", &name("whole.mp4"), "-c", "copy", &name("whole.mkv")]);
    let matroska = fs::read(name("whole.mkv")).expect("it is there");
    put("cut.mkv", &matroska[..matroska.len() / 2]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 20_000].fill(0xff);
    put("damaged.mp4", &damaged);
    ffmpeg(&["-i", &name("whole.mp4"), "-vn", "-c", "copy", &name("sound.m4a")]);
    drawn("sine=d=2", &["-c:a", "pcm_s16le"], "sound.wav");
    ffmpeg(&["-i", &name("whole.mp4"), "-an", "-c:v", "copy", "-f", "h264", &name("endless.h264")]);
    drawn("testsrc2=s=64x64:r=25:d=2", &["-frames:v", "1", "-c:v", "mpeg4"], "moment.mp4");
    drawn("color=s=1x1:r=5:d=2", &["-c:v", "ffv1"], "point.mkv");
    drawn("color=s=15360x8640:r=1:d=2", &["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"], "giant.mkv");
    drawn("color=s=2000x64:r=5:d=2", &["-c:v", "mpeg4"], "strip.mp4");

    for (file, words) in [
        ("nothing.mp4", "`nothing.mp4`: there is no such file; check the path"),
        ("folder.mp4", "`folder.mp4`: this is a folder; name a video in it"),
        (
            "pipe.mp4",
            "`pipe.mp4`: this is a pipe, and no file that can be read twice; save the video as a file first",
        ),
        (
            "/dev/zero",
            "`/dev/zero`: this is a device, and no file that can be read twice; save the video as a file first",
        ),
        ("empty.mp4", "`empty.mp4`: the file is empty; was it copied to its end?"),
        ("text.mp4", "`text.mp4`: this is no video that ffmpeg can read; check that it plays"),
        ("noise.mp4", "`noise.mp4`: this is no video that ffmpeg can read; check that it plays"),
        (
            "no-index.mp4",
            "`no-index.mp4`: the file is not whole: its index, which is at its end, is missing; copy it again",
        ),
        ("cut.mp4", "`cut.mp4`: the file is not whole: it ends at "),
        ("cut.mkv", "`cut.mkv`: the file is not whole: it ends at "),
        ("damaged.mp4", "`damaged.mp4`: it cannot be decoded after "),
        ("sound.m4a", "`sound.m4a`: there is no picture in it; a title needs one"),
        ("sound.wav", "`sound.wav`: there is no picture in it; a title needs one"),
        ("endless.h264", "`endless.h264`: how long it is cannot be told; put it into MP4 first"),
        ("moment.mp4", "`moment.mp4`: it lasts 0.04 s; a title has at least 1 s"),
        ("point.mkv", "`point.mkv`: its picture has 1x1 pixels; sides of 32 to 8192 are taken"),
        ("giant.mkv", "`giant.mkv`: its picture has 15360x8640 pixels; sides of 32 to 8192 are taken"),
        (
            "strip.mp4",
            "`strip.mp4`: its picture of 2000x64 is too narrow; one side is at most 5 times the other",
        ),
    ] {
        let (code, said) = content.refused(&[file, "--title", "acme/new"]);
        assert_eq!(code, 1, "{file}: {said}");
        assert!(said.starts_with(&format!("error: {words}")), "{file}: {said}");
    }
}

#[test]
fn a_list_of_files_opens_none_of_them() {
    let content = Content::new("lists");
    video(&content.folder.join("secret.mp4"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("it can be asked");
    let web = format!("http://{}/secret.mp4", listener.local_addr().expect("it listens"));
    let file = format!("file://{}", content.folder.join("secret.mp4").display());
    for (name, text) in [
        ("web.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{web}\n#EXT-X-ENDLIST\n")),
        ("file.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{file}\n#EXT-X-ENDLIST\n")),
        ("playlist.mp4", format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{file}\n#EXT-X-ENDLIST\n")),
        ("concat.mp4", "ffconcat version 1.0\nfile secret.mp4\n".to_owned()),
        ("concat-web.mp4", format!("ffconcat version 1.0\nfile '{web}'\n")),
        ("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n".to_owned()),
        ("manifest.mpd", format!("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT6S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{web}</BaseURL></Representation></AdaptationSet></Period></MPD>\n")),
        ("subtitles.srt", "1\n00:00:00,000 --> 00:00:06,000\nhello\n".to_owned()),
    ] {
        fs::write(content.folder.join(name), text).expect("it is written");
        let (code, said) = content.refused(&[name, "--title", "acme/new"]);
        assert_eq!(code, 1, "{name}: {said}");
        let sentences = ["this is a playlist or another kind of file that is not taken", "this is no video that ffmpeg can read"];
        assert!(sentences.iter().any(|sentence| said.contains(sentence)), "{name}: {said}");
    }
    assert!(listener.accept().is_err(), "somebody was asked for a file");
}

#[test]
fn what_cannot_be_meant_is_a_wrong_call() {
    let content = Content::new("calls");
    video(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("login"), "a.b.c").expect("it is written");
    fs::create_dir_all(content.output.join("vod/acme/stray")).expect("it is made");
    for (words, code, sentence) in [
        (["--title", "Acme"].as_slice(), 2, "`Acme` is no title id"),
        (&["--title", "acme/../b"], 2, "is no title id"),
        (&["--title", "acme/720p"], 2, "`720p` stands behind titles"),
        (&["--title", "acme/new", "--heights", "721"], 2, "721 is no height"),
        (&["--title", "acme/new", "--heights", "no"], 2, "invalid value"),
        (&["--title", "acme/new", "--name", " "], 2, "the name is empty"),
        (&["--title", "acme/new", "--encrypt", "rot13"], 2, "invalid value"),
        (&["--title", "acme/new", "--server", "http://127.0.0.1:1"], 2, "--login"),
        (&["--title", "acme/new", "--login", "login"], 2, "--server"),
        (
            &[
                "--title",
                "acme/new",
                "--server",
                "http://127.0.0.1:1",
                "--login",
                "login",
                "--encrypt",
                "aes-128",
            ],
            2,
            "--packager",
        ),
        (&[], 2, "--title"),
        (
            &["--title", "acme/old"],
            1,
            "there is a title `acme/old` already; choose another id, or take its place with --replace",
        ),
        (&["--title", "acme"], 1, "`acme` cannot be beside `acme/old`"),
        (&["--title", "acme/old/two"], 1, "`acme/old/two` cannot be beside `acme/old`"),
        (&["--title", "acme/stray"], 1, "there is something already that is in no catalogue"),
        (
            &["--title", "acme/new", "--server", "ftp://x", "--login", "login"],
            1,
            "`ftp://x` is no address of a server",
        ),
        (
            &["--title", "acme/new", "--server", "http://127.0.0.1:1", "--login", "login"],
            1,
            "http://127.0.0.1:1 does not answer",
        ),
        (
            &["--title", "acme/new", "--server", "http://127.0.0.1:1", "--login", "none"],
            1,
            "none: there is no such file; check the path",
        ),
    ] {
        let (found, said) = content.refused(&[&["a.mp4"], words].concat());
        assert_eq!(found, code, "{words:?}: {said}");
        assert!(said.contains(sentence), "{words:?}: {said}");
    }
    let nowhere = content.folder.join("nowhere").display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
    let output = command
        .args(["ingest", "a.mp4", "--title", "acme/new", "--output", &nowhere])
        .current_dir(&content.folder)
        .output();
    let said = String::from_utf8_lossy(&output.expect("it runs").stderr).into_owned();
    assert!(said.contains("there is no such folder"), "{said}");
    for (words, code, sentence) in [
        (["--demo", "http://localhost:1"].as_slice(), 1, "no demo of yours runs at http://localhost:1"),
        (
            &["--demo", "http://localhost:1", "--output", "."],
            2,
            "--demo and --output contradict each other: the demo plays from a content folder of its own",
        ),
        (
            &["--demo", "http://localhost:1", "--server", "http://localhost:1", "--login", "login"],
            2,
            "--demo",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
        command.args(["ingest", "a.mp4", "--title", "acme/new"]).args(words).current_dir(&content.folder);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn a_catalogue_that_is_none_is_left_alone() {
    let content = Content::new("catalogue");
    video(&content.folder.join("a.mp4"));
    for (file, text, sentence) in [
        ("keys.json", "{\"keys\": 1}", "these are no keys of the demo"),
        ("catalogue.json", "[]", "this is no catalogue"),
        ("catalogue.json", "{\"a\": ", "this is no catalogue"),
        (
            "catalogue.json",
            "{\n\"acme/old\": {},\n\"acme/two\": {},\n\"acme/old\": {}\n}\n",
            "this is no catalogue: `acme/old` is in it twice; take one of them out at line 4 column 10",
        ),
    ] {
        fs::write(content.output.join(file), text).expect("it is written");
        let (code, said) =
            content.refused(&["a.mp4", "--title", "acme/new", "--heights", "240", "--encrypt", "aes-128"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(sentence), "{text}: {said}");
        fs::remove_file(content.output.join(file)).expect("it goes");
    }
}
