//! Ctrl-C and its kind, at each step: nothing is left, and the next run works.

use crate::faults::{Behaviour, server};
use crate::videos::{Content, ended, short, signal, tools};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).expect("it is written");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("it may run");
}

/// A folder with the three programs. Where one is asked something with these words in it, it leaves a mark and does nothing more.
fn programs(content: &Content, words: &str) -> PathBuf {
    let folder = content.folder.join("programs");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("it is made");
    let mark = content.folder.join("mark");
    for (name, real) in
        [("ffmpeg", &tools().ffmpeg), ("ffprobe", &tools().ffprobe), ("packager", &tools().packager)]
    {
        let (mark, real) = (mark.display(), real.display());
        let text = format!(
            "#!/bin/sh\ncase \"{name} $*\" in *'{words}'*) touch '{mark}'; exec sleep 60;; esac\nexec '{real}' \"$@\"\n"
        );
        script(&folder.join(name), &text);
    }
    folder
}

fn begun(content: &Content, programs: &Path, words: &[&str]) -> Child {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = content.command(words);
    command.env("PATH", format!("{}:{path}", programs.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
}

/// Sends the signal, and sees that it ends at once and says so.
fn stops(child: Child, name: &str, about: &str) {
    let sent = Instant::now();
    signal(&child, name);
    let output = ended(child, about);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{about}: {said}");
    assert!(said.contains("error: it was stopped; nothing was left behind"), "{about}: {said}");
    assert!(sent.elapsed() < Duration::from_secs(5), "{about}: it took {:?}", sent.elapsed());
}

#[test]
fn whoever_stops_it_finds_nothing() {
    let content = Content::new("stopped");
    short(&content.folder.join("a.mp4"));
    let mark = content.folder.join("mark");
    let before = content.all();
    for (number, words) in [
        "ffmpeg -hide_banner -encoders",
        "packager --version",
        "ffprobe -v error -of json",
        "ffmpeg -nostdin -v error -xerror -progress",
        "ffprobe -v error -show_entries format=duration",
        "stream=video",
        "stream=audio",
        "sprite.jpg",
        "poster.jpg",
    ]
    .into_iter()
    .enumerate()
    {
        let programs = programs(&content, words);
        let call = ["a.mp4", "--title", "acme/new", "--heights", "180", "--encrypt", "clearkey"];
        let child = begun(&content, &programs, &call);
        until(words, || mark.exists());
        stops(child, ["-INT", "-TERM", "-HUP"][number % 3], words);
        assert_eq!(content.all(), before, "{words}");
        fs::remove_file(&mark).expect("it is there");
    }
    content.made(&["a.mp4", "--title", "acme/new", "--heights", "180", "--encrypt", "clearkey"]);
}

#[test]
fn whoever_stops_it_while_a_server_thinks_finds_nothing() {
    let content = Content::new("stopped-server");
    short(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("login"), "a.b.c").expect("it is written");
    let before = content.all();
    for (behaviour, request) in [
        (Behaviour { get: "", ..Behaviour::default() }, "GET"),
        (Behaviour { post: "", ..Behaviour::default() }, "POST"),
        (Behaviour { put: "", ..Behaviour::default() }, "PUT"),
    ] {
        let server = server(behaviour);
        let mut call = vec!["a.mp4", "--title", "acme/new", "--heights", "180"];
        call.extend(["--server", &server.url, "--login", "login"]);
        if request == "POST" {
            call.extend(["--encrypt", "aes-128", "--packager", "acme", "--password", "login"]);
        }
        let child = content.spawn(&call);
        until(request, || server.asked(request));
        stops(child, "-INT", request);
        assert_eq!(content.all(), before, "{request}");
    }
}

#[test]
fn whoever_stops_it_while_it_fetches_programs_finds_neither_folders_nor_programs() {
    let content = Content::new("stopped-fetching");
    fs::write(content.folder.join("a.mp4"), "text").expect("it is written");
    let (path, pid) = (content.folder.join("path"), content.folder.join("pid"));
    fs::create_dir(&path).expect("it is made");
    // A Python that has a program of its own write into the folder, as `venv` and `pip` do.
    let text = format!(
        "#!/bin/sh\n/bin/sh -c 'echo $$ > \"{0}.new\"; mv \"{0}.new\" \"{0}\"; while :; do mkdir -p \"$1/x\" && echo >> \"$1/x/y\"; done' sh \"$3\" &\nwait\n",
        pid.display()
    );
    script(&path.join("python3"), &text);
    for name in ["mv", "mkdir"] {
        let real = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(name));
        let real = real.iter().find(|path| path.exists()).expect("it is there");
        std::os::unix::fs::symlink(real, path.join(name)).expect("it is linked");
    }
    let tools = content.folder.join("fetched/ingest");
    fs::create_dir_all(content.folder.join("fetched/ingest.1")).expect("somebody was killed");
    let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
    command.args(["ingest", "a.mp4", "--title", "acme/new", "--output"]).arg(&content.output);
    command.arg("--tools").arg(&tools).env("PATH", &path).current_dir(&content.folder);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    until("it fetches", || pid.exists());
    stops(child, "-TERM", "fetching");
    let writer = fs::read_to_string(&pid).expect("it is written");
    let lives = || {
        let asked = Command::new("kill").args(["-0", writer.trim()]).stderr(Stdio::null()).status();
        asked.expect("kill runs").success()
    };
    until("what it had started ends", || !lives());
    let left = fs::read_dir(content.folder.join("fetched")).expect("it can be read");
    assert_eq!(left.count(), 0, "neither what it began nor what was left before");
}
