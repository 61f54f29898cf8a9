//! Surroundings that are against it: what is no file, what has no end, servers that fail, and somebody who makes the same title.

use crate::videos::{Content, ended, ffmpeg, short};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

/// Puts something there that is no file, or has no end.
fn put(kind: &str, path: &Path) {
    match kind {
        "pipe" => pipe(path),
        "folder" => fs::create_dir(path).expect("it is made"),
        "socket" => drop(UnixListener::bind(path).expect("it is made")),
        "device" => std::os::unix::fs::symlink("/dev/zero", path).expect("it is linked"),
        _ => File::create(path).and_then(|file| file.set_len(1 << 40)).expect("it is made"),
    }
}

fn take(path: &Path) {
    let _ = fs::remove_dir(path).or_else(|_| fs::remove_file(path));
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let content = Content::new("kinds");
    short(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("word"), "a.b.c").expect("it is written");
    let at = |name: &str| content.folder.join(name);
    let served =
        ["--server", "http://127.0.0.1:1", "--login", "login", "--packager", "x", "--password", "password"];
    let catalogue = fs::read(content.output.join("catalogue.json")).expect("it is there");
    for kind in ["pipe", "folder", "socket", "device", "sparse"] {
        for (path, file) in [
            (content.output.join("catalogue.json"), "catalogue.json"),
            (content.output.join("keys.json"), "keys.json"),
            (at("login"), "login"),
            (at("password"), "password"),
            (at("x.mp4"), "x.mp4"),
        ] {
            // Shells hand secrets over in pipes; that those end is tested where they are read.
            if kind == "pipe" && matches!(file, "login" | "password") {
                continue;
            }
            for secret in ["login", "password"] {
                take(&at(secret));
                fs::copy(at("word"), at(secret)).expect("it is copied");
            }
            take(&path);
            put(kind, &path);
            let video = if file == "x.mp4" { file } else { "a.mp4" };
            let mut call = vec![video, "--title", "acme/new", "--encrypt", "clearkey"];
            if matches!(file, "login" | "password") {
                call.extend(served);
            }
            let (code, said) = content.refused(&call);
            let words = match (kind, file) {
                ("sparse", "x.mp4") => "this is no video that ffmpeg can read".to_owned(),
                ("sparse", _) => "bytes, which is too much for what it should be; check the path".to_owned(),
                _ => format!("this is a {kind}"),
            };
            assert_eq!(code, 1, "{kind} {file}: {said}");
            assert!(said.contains(file) && said.contains(&words), "{kind} {file}: {said}");
            take(&path);
            fs::write(content.output.join("catalogue.json"), &catalogue).expect("it is written");
        }
    }
}

#[test]
fn what_has_no_end_behind_a_video_is_not_read() {
    let content = Content::new("endless");
    let name = |name: &str| content.folder.join(name).display().to_string();
    short(&content.folder.join("a.mp4"));
    for file in ["sparse.mkv", "sparse.mp4"] {
        ffmpeg(&["-i", &name("a.mp4"), "-c", "copy", &name(file)]);
        let opened = File::options().write(true).open(name(file)).expect("it can be opened");
        opened.set_len(1 << 40).expect("it grows");
        let (code, said) = content.refused(&[file, "--title", "acme/new"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("something else must be behind the video in the file"), "{file}: {said}");
    }
}

#[test]
fn of_two_who_make_the_same_title_one_does() {
    let content = Content::new("same");
    short(&content.folder.join("a.mp4"));
    let call = ["a.mp4", "--title", "acme/new", "--heights", "180", "--encrypt", "aes-128"];
    let both = [content.spawn(&call), content.spawn(&call)].map(|child| ended(child, "one of two"));
    let mut codes = both.each_ref().map(|output| output.status.code());
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(1)], "{both:?}");
    let lost = both.iter().find(|output| !output.status.success()).expect("one lost");
    let said = String::from_utf8_lossy(&lost.stderr);
    assert!(said.contains("there is a title `acme/new` already"), "{said}");
    let hidden = fs::read_dir(&content.output).expect("it can be read").map_while(Result::ok);
    let left: Vec<_> = hidden.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
    let kids = content.catalogue()["acme/new"]["keys"].clone();
    let keys: serde_json::Value = serde_json::from_str(&content.read("keys.json")).expect("it is JSON");
    assert_eq!(kids, json!([keys["keys"][0]["kid"]]), "the keys are those of the one");
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
}

/// What a server answers to each method, whole; nothing at all if it is empty, and the connection stays open.
#[derive(Clone, Copy)]
pub(crate) struct Behaviour {
    pub(crate) get: &'static str,
    pub(crate) post: &'static str,
    pub(crate) put: &'static str,
}

const UNKNOWN: &str =
    "HTTP/1.1 404 x\r\ncontent-length: 26\r\nconnection: close\r\n\r\n{\"reason\":\"unknown_title\"}";

impl Default for Behaviour {
    fn default() -> Self {
        Self { get: UNKNOWN, post: "gone", put: "gone" }
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn asked(&self, method: &str) -> bool {
        self.requests.lock().expect("nobody panicked").iter().any(|request| request == method)
    }
}

/// A server that behaves so. `gone` closes the connection, `endless` answers for ever, and `kept` as well as `lost` take what is put: the
/// first says so, the second closes the connection instead.
pub(crate) fn server(behaviour: Behaviour) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, kept) = (Arc::clone(&requests), Arc::new(Mutex::new(None)));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (seen, kept) = (Arc::clone(&seen), Arc::clone(&kept));
            thread::spawn(move || answer(stream, behaviour, &seen, &kept));
        }
    });
    Server { url, requests }
}

fn answer(stream: TcpStream, behaviour: Behaviour, seen: &Mutex<Vec<String>>, kept: &Mutex<Option<String>>) {
    let mut stream = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    let _ = stream.read_line(&mut first);
    for line in stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.parse().unwrap_or_default();
        }
    }
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body);
    let method = first.split(' ').next().unwrap_or_default().to_owned();
    seen.lock().expect("nobody panicked").push(method.clone());
    let said = match method.as_str() {
        "PUT" => behaviour.put,
        "POST" => behaviour.post,
        _ => behaviour.get,
    };
    let had = kept.lock().expect("nobody panicked").clone();
    let mut write = |text: &str| stream.get_mut().write_all(text.as_bytes());
    let whole = |body: &str| {
        format!("HTTP/1.1 200 x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    let _ = match (method.as_str(), said, had) {
        ("GET", _, Some(had)) => write(&whole(&had)),
        (_, "gone", _) => Ok(()),
        (_, "lost", _) => {
            *kept.lock().expect("nobody panicked") = Some(String::from_utf8_lossy(&body).into_owned());
            Ok(())
        }
        (_, "endless", _) => {
            let _ = write("HTTP/1.1 200 x\r\n\r\n");
            while write(&"rubbish ".repeat(1000)).is_ok() {}
            Ok(())
        }
        (_, "", _) => {
            let _ = stream.read(&mut [0]);
            Ok(())
        }
        (_, text, _) => write(text),
    };
}

#[test]
fn servers_that_fail_are_said_and_nothing_is_made() {
    const PAGE: &str = "HTTP/1.1 200 x\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>";
    const CUT: &str = "HTTP/1.1 200 x\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n<cpix:CPIX>";
    let content = Content::new("faults");
    short(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("login"), "a.b.c").expect("it is written");
    let usual = Behaviour::default();
    for (behaviour, sentence) in [
        (Behaviour { get: "gone", ..usual }, "does not answer"),
        (Behaviour { get: "rubbish\r\n\r\n", ..usual }, "does not answer: "),
        (Behaviour { get: PAGE, ..usual }, "answers what is no title: <html></html>; is it an origin API?"),
        (Behaviour { get: CUT, ..usual }, "cannot be read"),
        (Behaviour { get: "endless", ..usual }, "cannot be read: it has no end"),
        (Behaviour { post: "gone", ..usual }, "does not answer"),
        (Behaviour { post: PAGE, ..usual }, "the key server's answer is of no use: a key is missing"),
        (Behaviour { post: CUT, ..usual }, "cannot be read"),
        (Behaviour { post: "endless", ..usual }, "cannot be read: it has no end"),
        (Behaviour { post: UNKNOWN, ..usual }, "gives no keys: 404 Not Found"),
    ] {
        let server = server(behaviour);
        let mut call = vec!["a.mp4", "--title", "acme/new", "--heights", "180", "--encrypt", "aes-128"];
        call.extend(["--server", &server.url, "--login", "login", "--packager", "x", "--password", "login"]);
        let (code, said) = content.refused(&call);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for() {
    let content = Content::new("lost");
    short(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("login"), "a.b.c").expect("it is written");
    let call = |url: &str, title: &str| {
        let words = ["a.mp4", "--title", title, "--heights", "180", "--login", "login", "--server", url];
        words.map(str::to_owned)
    };
    let words = call(&server(Behaviour::default()).url, "acme/new");
    let (code, said) = content.refused(&words.each_ref().map(String::as_str));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("does not answer") && !said.contains("may have taken"), "it was not taken: {said}");

    let words = call(&server(Behaviour { put: "lost", ..Behaviour::default() }).url, "acme/new");
    content.made(&words.each_ref().map(String::as_str));
    assert!(content.catalogue().get("acme/new").is_some(), "it was taken, and only the answer was lost");
}

#[test]
fn what_is_printed_into_nothing_leaves_nothing_undone() {
    let content = Content::new("closed");
    short(&content.folder.join("a.mp4"));
    let mut command = content.command(&["a.mp4", "--title", "acme/new", "--heights", "180"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stderr.take());
    assert!(ended(child, "nobody listens").status.success());
    assert!(content.catalogue().get("acme/new").is_some());
}
