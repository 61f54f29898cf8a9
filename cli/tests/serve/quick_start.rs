//! The quick start and the example for packagers of `docs/serve.md`, run as they stand there.
//!
//! An `sh` block is typed into one shell, and what it writes to stdout is the `text` block behind it; `...` stands for anything
//! within a line. Only ports are others here, so that nobody else has them.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const GUIDE: &str = include_str!("../../../docs/serve.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What is typed, and what has to appear.
struct Step {
    typed: String,
    shown: Option<String>,
}

#[test]
fn the_guide_works_as_it_stands() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("serve").join("quick-start");
    let _ = fs::remove_dir_all(&folder);
    for name in ["policies", "examples"] {
        copy(&Path::new(ROOT).join(name), &folder.join(name));
    }
    let ports = ["8080", "8081"].map(|port| (port, free_port()));
    let ours = |text: &str| ports.iter().fold(text.to_owned(), |text, (port, free)| text.replace(port, free));
    for file in ["examples/serve/serve.toml", "examples/serve/login"] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(text.contains("8081"), "{file}");
        fs::write(path, ours(&text)).expect("it is written");
    }

    let steps: Vec<Step> = ["## Quick start", "### For packagers"]
        .into_iter()
        .flat_map(|title| steps(&section(title)))
        .collect();
    assert!(steps.len() >= 5, "{}", steps.len());
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n");
    for step in &steps {
        script.push_str(&ours(&step.typed));
        if step.typed.contains("&\n") {
            // Who types takes longer than a server to start.
            for (_, port) in &ports {
                let answers = ["(exec 3<>/dev/tcp/localhost/", port, ") 2>/dev/null"].concat();
                script.extend(["until ", &answers, "; do sleep 0.1; done\n"]);
            }
        }
        script.push_str("printf '\\n---\\n'\n");
    }
    let path = std::env::var("PATH").expect("PATH is set");
    let command = Path::new(env!("CARGO_BIN_EXE_playgate")).parent().expect("it is in a folder");
    let output = Command::new("timeout")
        .args(["60", "bash", "-c", &script])
        .env("PATH", format!("{}:{path}", command.display()))
        .current_dir(&folder)
        .output()
        .expect("bash runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    let appeared: Vec<&str> = stdout.split("\n---\n").collect();
    for (step, appeared) in steps.iter().zip(appeared) {
        let shown = ours(step.shown.as_deref().unwrap_or_default());
        let (lines, patterns): (Vec<_>, Vec<_>) =
            (appeared.trim().lines().collect(), shown.lines().collect());
        let fits = lines.len() == patterns.len()
            && lines.iter().zip(&patterns).all(|(line, pattern)| line_fits(line, pattern));
        assert!(fits, "{}\nsays:\n{appeared}\nand not:\n{shown}", step.typed);
    }
}

/// Every system that a packager can ask for stands in the guide, with what the code says of it.
#[test]
fn the_guide_knows_all_systems() {
    use origin_api::drm::{Scheme, System};
    let section = section("### For packagers");
    for system in System::ALL {
        let row = section.lines().find(|line| line.contains(&system.uuid()));
        let row = row.unwrap_or_else(|| panic!("{system} ({}) is not in docs/serve.md", system.uuid()));
        for scheme in Scheme::ALL {
            assert_eq!(row.contains(&format!("`{scheme}`")), system.takes(scheme), "{scheme}: {row}");
        }
    }
}

/// The text from a title to the next one of its rank or above.
fn section(title: &str) -> String {
    let (_, rest) = GUIDE.split_once(&format!("\n{title}\n")).unwrap_or_else(|| panic!("no {title}"));
    let ends = |line: &str| line.starts_with("## ") || line.starts_with("### ");
    rest.split_inclusive('\n').take_while(|line| !ends(line)).collect()
}

fn steps(section: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = "";
    for line in section.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = language;
            match (language, steps.last_mut()) {
                ("sh", _) => steps.push(Step { typed: String::new(), shown: None }),
                ("text", Some(step)) => step.shown = Some(String::new()),
                _ => {}
            }
            continue;
        }
        let Some(step) = steps.last_mut() else { continue };
        match (inside, &mut step.shown) {
            ("sh", _) => step.typed.extend([line, "\n"]),
            ("text", Some(shown)) => shown.extend([line, "\n"]),
            _ => {}
        }
    }
    steps
}

fn line_fits(line: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split("...");
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        (rest, last) = (after, Some(piece));
    }
    rest.is_empty() || last.is_some_and(|piece| piece.is_empty() || rest.ends_with(piece))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("the folder is read") {
        let entry = entry.expect("the folder is read");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        // What an earlier try left beside the example is not of the example.
        let is_left =
            path.extension().is_some_and(|end| end == "db") || path.ends_with("test-only-login.pem");
        if path.is_dir() {
            copy(&path, &to);
        } else if !is_left {
            fs::copy(path, to).expect("the file is copied");
        }
    }
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it listens").port().to_string()
}
