//! Takes the edge module into the command, if it was built before: `scripts/edge-module` puts it into `target/edge`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FILES: [(&str, &str); 3] =
    [("GLUE", "edge.js"), ("WASM", "edge_bg.wasm"), ("LAMBDA", "lambda.mjs")];

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let cli = variable("CARGO_MANIFEST_DIR")?;
    // The workspace's own, wherever this build puts its results: the script knows no other.
    let built = cli.parent().unwrap_or(Path::new("..")).join("target").join("edge");
    let is_there = FILES.iter().all(|(_, name)| built.join(name).is_file());
    println!("cargo:rerun-if-changed=build.rs");
    if is_there {
        for (_, name) in FILES {
            println!("cargo:rerun-if-changed={}", built.join(name).display());
        }
    } else {
        // For a file that is not there this crate would be compiled at each build. A folder can be watched instead.
        fs::create_dir_all(&built)?;
        println!("cargo:rerun-if-changed={}", built.display());
    }

    let mut source = String::new();
    for (constant, name) in FILES {
        let value = if is_there {
            let path = built.join(name).display().to_string();
            format!("Some(include_bytes!({path:?}))")
        } else {
            "None".to_owned()
        };
        // Writing to a String cannot fail.
        let _ = writeln!(source, "pub(super) const {constant}: Option<&[u8]> = {value};");
    }
    fs::write(variable("OUT_DIR")?.join("edge_module.rs"), source)
}
