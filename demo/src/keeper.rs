//! Somebody who outlives the demo by a moment: when it is killed and can clear up nothing, its programs end all the same, and its folder goes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// Reads which programs begin and end, until the demo is gone, whatever it went by; then it ends those that are left. Signals that end the
/// demo are not for it.
const SCRIPT: &str = r#"
trap '' INT TERM HUP QUIT TSTP USR1 USR2 ALRM
running=
while read -r what number; do
  case $what in
    began) running="$running $number" ;;
    ended)
      left=
      for other in $running; do [ "$other" = "$number" ] || left="$left $other"; done
      running=$left
      ;;
  esac
done
[ -z "$running" ] || kill -KILL $running 2>/dev/null
rm -rf -- "$1"
"#;

/// Knows which programs run.
#[derive(Clone)]
pub(crate) struct Keeper(Arc<Mutex<ChildStdin>>);

/// A program that ends with the demo, until this is dropped.
pub(crate) struct Kept {
    keeper: Keeper,
    number: u32,
}

impl Keeper {
    /// For the programs of a demo with this folder.
    pub(crate) fn start(folder: &Path) -> Result<Self, String> {
        let about = |problem: std::io::Error| format!("`sh`, which would clear up after a crash: {problem}");
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(folder).current_dir("/");
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let Child { stdin, .. } = streams.spawn().map_err(about)?;
        let stdin = stdin.ok_or("`sh` has no standard input")?;
        Ok(Self(Arc::new(Mutex::new(stdin))))
    }

    /// Ends a program with the demo, if it still runs.
    pub(crate) fn keep(&self, child: &tokio::process::Child) -> Option<Kept> {
        let number = child.id()?;
        self.tell("began", number);
        Some(Kept { keeper: self.clone(), number })
    }

    fn tell(&self, what: &str, number: u32) {
        // Without a keeper a demo that is not killed clears up all the same.
        let _ = writeln!(self.0.lock().unwrap_or_else(PoisonError::into_inner), "{what} {number}");
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.keeper.tell("ended", self.number);
    }
}
