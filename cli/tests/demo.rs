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
fn a_port_that_somebody_else_has_under_the_other_address_of_localhost_is_named() {
    let folder = folder("other-port", &[SHAKA, HLS, WORKERD]);
    fs::create_dir_all(folder.join("content")).expect("it is made");
    fs::write(folder.join("content/catalogue.json"), "{}").expect("it is written");
    fs::write(folder.join("content/keys.json"), r#"{"keys":[]}"#).expect("it is written");
    // Where there is no IPv6, nobody can listen there.
    let Ok(taken) = std::net::TcpListener::bind("[::1]:0") else { return };
    let port = taken.local_addr().expect("it listens").port().to_string();
    let (code, said) = demo(&["--folder", folder.to_str().expect("it is a text"), "--port", &port]);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("port {port}: somebody else listens on [::1]")), "{said}");
}

/// A demo with nothing to play, whose edge is this script, and a folder for what it writes.
#[cfg(unix)]
fn empty(name: &str, workerd: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(name, &[SHAKA, HLS, WORKERD]);
    for made in ["content", "policies", "temporary"] {
        fs::create_dir_all(folder.join(made)).expect("it is made");
    }
    for (file, text) in [
        ("content/catalogue.json", "{}"),
        ("content/keys.json", r#"{"keys":[]}"#),
        ("policies/groups.toml", "schema = 1\n"),
        (WORKERD, workerd),
    ] {
        fs::write(folder.join(file), text).expect("it is written");
    }
    fs::set_permissions(folder.join(WORKERD), fs::Permissions::from_mode(0o755)).expect("it may run");
    folder
}

/// The same, started.
#[cfg(unix)]
fn started(name: &str, workerd: &str) -> (std::process::Child, PathBuf) {
    use std::os::unix::process::CommandExt as _;
    let folder = empty(name, workerd);
    let temporary = folder.join("temporary");
    let child = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["demo", "--port", "0", "--folder", "."])
        .current_dir(&folder)
        .env("TMPDIR", &temporary)
        .stderr(std::process::Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("it runs");
    (child, folder)
}

#[cfg(unix)]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed().as_secs() < 60, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn what_is_stopped_while_it_starts_leaves_neither_folders_nor_programs() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        // An edge that never listens, and says which process it is.
        let (mut child, folder) = started(
            "stopped",
            "#!/bin/sh\necho $$ > temporary/edge.new; mv temporary/edge.new temporary/edge\nexec sleep 600\n",
        );
        until("the edge is started", || folder.join("temporary/edge").exists());
        let kill = |arguments: &[&str]| {
            let ended = Command::new("kill").args(arguments).stderr(std::process::Stdio::null()).status();
            ended.expect("it runs").success()
        };
        assert!(kill(&[signal, &child.id().to_string()]));
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{signal}");
        let edge = fs::read_to_string(folder.join("temporary/edge")).expect("it is written");
        until("the edge ends, too", || !kill(&["-0", edge.trim()]));
        fs::remove_file(folder.join("temporary/edge")).expect("it is there");
        assert_eq!(fs::read_dir(folder.join("temporary")).expect("it is there").count(), 0, "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_killed_leaves_neither_folders_nor_programs() {
    // Alone, and with all that was started with it. Shells let what they start aside ignore INT and QUIT, hence another signal here.
    for (name, signal) in [("killed", "-KILL"), ("killed-together", "-USR1")] {
        let (mut child, folder) = started(
            name,
            "#!/bin/sh\necho $$ > edge.new; mv edge.new temporary/edge\necho '{\"event\":\"listen\",\"socket\":\"http\",\"port\":9}'\nexec sleep 600\n",
        );
        let kill = |arguments: &[&str]| {
            let ended = Command::new("kill").args(arguments).stderr(std::process::Stdio::null()).status();
            ended.expect("it runs").success()
        };
        until("the edge is started", || folder.join("temporary/edge").exists());
        let edge = fs::read_to_string(folder.join("temporary/edge")).expect("it is written");
        fs::remove_file(folder.join("temporary/edge")).expect("it is there");
        assert!(fs::read_dir(folder.join("temporary")).expect("it is there").count() > 0, "its folder");
        // A group of its own, to which a terminal sends.
        let group = format!("-{}", child.id());
        assert!(kill(&[
            signal,
            "--",
            if signal == "-USR1" { &group } else { group.trim_start_matches('-') }
        ]));
        child.wait().expect("it ends");
        until("the edge ends, too", || !kill(&["-0", edge.trim()]));
        until("its folder goes", || {
            fs::read_dir(folder.join("temporary")).expect("it is there").count() == 0
        });
    }
}

#[cfg(unix)]
#[test]
fn a_temporary_folder_may_be_named_from_here_and_another_of_the_same_name_stays() {
    let folder = empty("relative", "#!/bin/sh\nexit 1\n");
    // The shell becomes the demo, and so its number is the demo's.
    let script = r#"mkdir -p /tmp/playgate-demo-$$; echo precious > /tmp/playgate-demo-$$/file; echo $$ > number
        TMPDIR=temporary exec "$0" demo --port 0 --folder ."#;
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_playgate")])
        .current_dir(&folder)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("workerd"), "all but the edge starts: {said}");
    let number = fs::read_to_string(folder.join("number")).expect("it is written");
    let other = PathBuf::from(format!("/tmp/playgate-demo-{}", number.trim()));
    until("its own folder goes", || {
        fs::read_dir(folder.join("temporary")).expect("it is there").count() == 0
    });
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(fs::read_to_string(other.join("file")).expect("it is still there"), "precious\n");
    fs::remove_dir_all(other).expect("it is removed");
}

#[cfg(unix)]
#[test]
fn a_program_that_ends_by_itself_ends_the_demo_which_says_so() {
    let (child, folder) = started(
        "ended",
        "#!/bin/sh\necho '{\"event\":\"listen\",\"socket\":\"http\",\"port\":9}'\nsleep 1\n",
    );
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the edge has ended, which nobody asked for; start the demo anew"), "{said}");
    assert_eq!(fs::read_dir(folder.join("temporary")).expect("it is there").count(), 0);
}

#[test]
fn wrong_calls_are_wrong() {
    for arguments in [&["--json"][..], &["--port", "70000"], &["--port", "x"], &["now"]] {
        let (code, said) = demo(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
    }
}
