//! A folder of its own for each test, and the command run in it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(crate) const CONFIG: &str = "schema = 1\n\n[tokens]\ndelivery = \"path\"\n\n[[tokens.key]]\nkid = \"k1\"\nfile = \"k1.hex\"\n\n\
    [[login]]\nissuer = \"https://login.example.com/\"\naudience = [\"tv\"]\nkeys = \"jwks.json\"\n\n\
    [addresses]\ntables = [\"a.csv\"]\ndated = \"2026-06-17\"\n\n\
    [revocations]\nfile = \"gone.txt\"\n\n\
    [worker]\nname = \"edge\"\norigin = \"https://media.example.com\"\n";
pub(crate) const POLICY: &str = "schema = 1\nagreement = \"a\"\n\n[[grant]]\nid = \"g\"\ntitles = [\"marula/red-dust\", \"harbour/*\"]\n\
    territories = [\"NO\"]\nfrom = 2026-01-01T00:00:00Z\ntiers = [\"premium\"]\n";
pub(crate) const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
pub(crate) const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
pub(crate) const JWKS: &str = include_str!("../../../examples/edge/test-only-cognito.jwks.json");
pub(crate) const AT: &str = "2026-11-21T12:00:00Z";

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("stdout is one JSON value")
    }
}

/// A folder of its own for one test, with a configuration that builds without a warning.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let place = Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("edge").join(name));
        let _ = fs::remove_dir_all(&place.0);
        fs::create_dir_all(place.path("p")).expect("the folder is made");
        place.put("edge.toml", CONFIG);
        place.put("p/a.toml", POLICY);
        place.put("k1.hex", HEX);
        place.close("k1.hex");
        place.put("jwks.json", JWKS);
        place.put("a.csv", "192.0.2.0,192.0.2.255,NO\n");
        place.put("gone.txt", "# none yet\nsession s1 1790000000\n");
        place
    }

    /// With one thing in the configuration written otherwise.
    pub(crate) fn with(name: &str, before: &str, after: &str) -> Self {
        let place = Self::new(name);
        assert!(CONFIG.contains(before), "{before}");
        place.put("edge.toml", CONFIG.replacen(before, after, 1));
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("the file is written");
    }

    pub(crate) fn close(&self, name: &str) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).expect("permissions are set");
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).expect("the file is there").permissions().mode() & 0o777
    }

    pub(crate) fn run(&self, target: &str, output: &str, more: &[&str]) -> Ran {
        let mut arguments =
            vec!["edge", "build", "--config", "edge.toml", "--policies", "p", "--target", target];
        arguments.extend(["-o", output, "--at", AT]);
        arguments.extend(more);
        let ran = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        Ran {
            code: ran.status.code().expect("the command was not killed"),
            stdout: String::from_utf8(ran.stdout).expect("stdout is text"),
            stderr: String::from_utf8(ran.stderr).expect("stderr is text"),
        }
    }

    /// That the build is refused with these words, and writes nothing.
    pub(crate) fn refuses(&self, target: &str, words: &str) -> Ran {
        let before = self.names("");
        let ran = self.run(target, "out", &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{words}: {ran:?}");
        assert!(ran.stderr.contains(words), "{words}\n{}", ran.stderr);
        assert!(!ran.stderr.contains(HEX), "{}", ran.stderr);
        assert_eq!(self.names(""), before, "{words}");
        ran
    }

    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is read");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).into_string().expect("a name is text")).collect();
        names.sort();
        names
    }

    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let read = |name: String| {
            let bytes = fs::read(self.path(folder).join(&name)).expect("the file is read");
            (name, bytes)
        };
        let is_file = |name: &String| self.path(folder).join(name).is_file();
        self.names(folder).into_iter().filter(is_file).map(read).collect()
    }
}

/// Whether the command has the module. Without it, it refuses to write, and says so.
pub(crate) fn has_module() -> bool {
    let place = Place::new(&format!("module-{:?}", std::thread::current().id()));
    let ran = place.run("lambda", "out", &[]);
    if ran.code == 0 {
        return true;
    }
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("was built without the edge module; run `make build`"), "{}", ran.stderr);
    eprintln!("skipped: the module is not built in; `scripts/edge-module` makes it");
    false
}
