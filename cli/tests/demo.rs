//! `playgate demo` where it cannot run. That it runs, and what it shows, is in `tests/demo`, with real players.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn demo(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .arg("demo")
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("it runs");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The demo's folder with a page, and with stand-ins for what npm would install.
fn folder(name: &str, installed: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo").join(name);
    let _ = fs::remove_dir_all(&folder);
    for file in ["page/index.html"].iter().chain(installed) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is made");
        fs::write(path, "").expect("it is written");
    }
    folder
}

const SHAKA: &str = "node_modules/shaka-player/dist/shaka-player.compiled.js";
const HLS: &str = "node_modules/hls.js/dist/hls.min.js";
const WORKERD: &str = "node_modules/@cloudflare/workerd-here/bin/workerd";

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let all = [SHAKA, HLS, WORKERD];
    for (name, installed, words) in [
        ("without-shaka", &all[1..], "`shaka-player` is not installed there; `make demo` installs it"),
        ("without-hls", &[SHAKA, WORKERD][..], "`hls.js` is not installed there"),
        ("without-workerd", &all[..2], "`workerd` is not installed there"),
        ("without-content", &all[..], "catalogue.json: No such file"),
    ] {
        let folder = folder(name, installed);
        let (code, said) = demo(&["--folder", folder.to_str().expect("it is a text"), "--port", "0"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.starts_with("error: ") && said.contains(words), "{name}: {said}");
    }
    let (code, said) = demo(&["--folder", "nowhere"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("nowhere: here is no demo; run it in a checkout of Playgate"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = folder("port", &[SHAKA, HLS, WORKERD]);
    fs::create_dir_all(folder.join("content")).expect("it is made");
    fs::write(folder.join("content/catalogue.json"), "{}").expect("it is written");
    fs::write(folder.join("content/keys.json"), r#"{"keys":[]}"#).expect("it is written");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it listens").port().to_string();
    let (code, said) = demo(&["--folder", folder.to_str().expect("it is a text"), "--port", &port]);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("port {port}: ")) && said.contains("name another with --port"), "{said}");
}

#[test]
fn wrong_calls_are_wrong() {
    for arguments in [&["--json"][..], &["--port", "70000"], &["--port", "x"], &["now"]] {
        let (code, said) = demo(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
    }
}
