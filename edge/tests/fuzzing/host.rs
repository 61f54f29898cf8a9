//! A host with moods: signatures that are known only later, fetches that fail, bring rubbish or never end.

use super::Rng;
use crate::support::Still;
use edge::identity::{Question, Signatures, Verdict};
use edge::{Answer, Edge, Host, Request, Wait};

/// What a fetch of keys brings.
#[derive(Debug, Clone)]
pub(crate) enum Fetch {
    Fails,
    Brings(Vec<u8>),
    /// The request is run again, and nobody has answered.
    NeverEnds,
}

/// How signatures are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Ready,
    LaterOnce,
    Later,
    Fails,
}

pub(crate) struct Moody {
    still: Still,
    pub(crate) mood: Mood,
    pub(crate) fetch: Fetch,
    pub(crate) lines: Vec<String>,
    fetches: Vec<usize>,
    asked: bool,
}

impl Moody {
    pub(crate) fn new() -> Self {
        let (mood, fetch) = (Mood::Ready, Fetch::Fails);
        Self { still: Still::at(0), mood, fetch, lines: Vec::new(), fetches: Vec::new(), asked: false }
    }

    /// Another mood; mostly a good one.
    pub(crate) fn turn(&mut self, rng: &mut Rng, documents: &[Vec<u8>]) {
        self.mood = match rng.below(20) {
            0 => Mood::Fails,
            1 => Mood::Later,
            2..5 => Mood::LaterOnce,
            _ => Mood::Ready,
        };
        self.fetch = match rng.below(6) {
            0 if !documents.is_empty() => Fetch::Brings(rng.of(documents).clone()),
            1 => Fetch::NeverEnds,
            _ => Fetch::Fails,
        };
    }

    /// Runs a request until it is answered, as a shell does. An answer is all that comes of it: waits have no line.
    ///
    /// # Errors
    /// Waits without end, and lines where there should be none.
    pub(crate) fn ask(
        &mut self,
        edge: &mut Edge,
        request: &Request<'_>,
        now: i64,
    ) -> Result<(Answer, String), String> {
        self.still.now = now;
        self.asked = false;
        let mut waits = 0;
        loop {
            self.lines.clear();
            self.fetches.clear();
            let answer = edge.request(request, self);
            let Answer::Wait(wait) = answer else {
                return match (self.lines.pop(), self.lines.is_empty()) {
                    (Some(line), true) => Ok((answer, line)),
                    _ => Err("not one line of the log".to_owned()),
                };
            };
            if !self.lines.is_empty() {
                return Err("a line for a wait".to_owned());
            }
            waits += 1;
            match wait {
                Wait::Signature if self.mood == Mood::Later && waits > 2 => {
                    // Whoever never answers gets no answer; from now on this host does.
                    self.mood = Mood::LaterOnce;
                }
                Wait::Signature => {}
                Wait::Keys => {
                    let [issuer] = self.fetches[..] else { return Err("not one fetch".to_owned()) };
                    if edge.keys_url(issuer).is_none_or(|url| !url.starts_with("https://")) {
                        return Err("nowhere to fetch from".to_owned());
                    }
                    match &self.fetch {
                        Fetch::NeverEnds => {}
                        Fetch::Fails => drop(edge.keys_fetched(issuer, now, None)),
                        Fetch::Brings(document) => {
                            drop(edge.keys_fetched(issuer, now, Some(document)));
                        }
                    }
                }
            }
            // One fetch and one signature; three more while the host did not answer.
            if waits > 5 || waits > 2 && self.mood == Mood::Ready {
                return Err(format!("{waits} waits"));
            }
        }
    }
}

impl Signatures for Moody {
    fn check(&mut self, question: &Question<'_>) -> Verdict {
        match self.mood {
            Mood::Fails => Verdict::Fails,
            Mood::Later => Verdict::Later,
            Mood::LaterOnce if !std::mem::replace(&mut self.asked, true) => Verdict::Later,
            Mood::LaterOnce | Mood::Ready => self.still.check(question),
        }
    }
}

impl Host for Moody {
    fn now(&self) -> i64 {
        self.still.now
    }

    fn fetch_keys(&mut self, issuer: usize, _url: &str) {
        self.fetches.push(issuer);
    }

    fn log(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }
}
