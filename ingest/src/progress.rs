//! What is happening, for people: a line for each step, with a bar where it takes long and somebody watches.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

const WIDTH: usize = 24;

/// Says what is being done, on standard error.
pub(crate) struct Progress {
    terminal: bool,
    begun: Instant,
    /// The quarters of the bar that were told, where nobody watches.
    told: u8,
    drawn: Option<Instant>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), begun: Instant::now(), told: 0, drawn: None }
    }

    /// Whether somebody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.terminal
    }

    /// A step begins.
    pub(crate) fn begin(&mut self, what: &str) {
        self.begun = Instant::now();
        (self.told, self.drawn) = (0, None);
        if self.terminal {
            write(&format!("\r\x1b[K  {what} ..."));
        }
    }

    /// How much of it is done, from 0 to 1.
    pub(crate) fn at(&mut self, what: &str, part: f64) {
        let part = part.clamp(0.0, 1.0);
        if self.terminal {
            // Drawing is not what the time is for.
            if self.drawn.is_none_or(|drawn| drawn.elapsed().as_millis() >= 100) {
                self.drawn = Some(Instant::now());
                write(&format!("\r\x1b[K  {what:<40} {}", bar(part, self.begun.elapsed().as_secs_f64())));
            }
            return;
        }
        let quarter = [0.25, 0.5, 0.75].into_iter().filter(|quarter| part >= *quarter).count();
        let quarter = u8::try_from(quarter).unwrap_or_default();
        if quarter > self.told {
            self.told = quarter;
            write(&format!("  {what}: {} %\n", u32::from(quarter) * 25));
        }
    }

    /// The step is done.
    pub(crate) fn done(&mut self, what: &str) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        write(&format!("{start}  {what:<48} {seconds:>7.1} s\n"));
    }

    /// Something to know.
    pub(crate) fn remark(&self, what: &str) {
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        write(&format!("{start}  {what}\n"));
    }

    /// A step was not finished: what is said next begins on a line of its own.
    pub(crate) fn clear(&self) {
        if self.terminal {
            write("\r\x1b[K");
        }
    }
}

/// Progress is no result; if nobody hears it, so be it.
fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "of parts between 0 and 1"
)]
fn bar(part: f64, seconds: f64) -> String {
    let full = (part * WIDTH as f64) as usize;
    let left = if part > 0.02 { format!(", {:.0} s left", seconds / part - seconds) } else { String::new() };
    format!("[{}{}] {:>3.0} %{left}", "#".repeat(full), ".".repeat(WIDTH - full), part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_it_says() {
        for (part, expected) in [
            (0.0, "[........................]   0 %"),
            (0.5, "[############............]  50 %, 10 s left"),
            (1.0, "[########################] 100 %, 0 s left"),
        ] {
            assert_eq!(bar(part, 10.0), expected);
        }
    }
}
