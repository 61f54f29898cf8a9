//! The edge as a WebAssembly module: what crosses between it and JavaScript.
//!
//! A request crosses as one text in the module's memory, with the lengths of its fields beside it; an answer comes back
//! the same way. Nothing else is faster: every object, header and string that crosses by itself costs about as much as the
//! whole decision. The shells in `edge/shells` do the JavaScript side.

#![expect(
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    reason = "JavaScript calls it, and hands over what it made"
)]

mod wire;

use edge::identity::{Question, Signatures, Verdict};
use edge::{Answer, Edge, Event, Host, Parts, Wait};
use wasm_bindgen::prelude::wasm_bindgen;
use wire::{Input, Output};

/// `decide` answers: it goes on to the origin. Parts: path, query, log line, headers to remove.
pub const FORWARD: u32 = 0;
/// It is answered here. Parts: status, body, log line, then names and values of headers in turn.
pub const RESPOND: u32 = 1;
/// The host was asked about a signature and has to check it first.
pub const WAIT_FOR_SIGNATURE: u32 = 2;
/// Keys have to be fetched first. Parts: the issuer's number, the address.
pub const WAIT_FOR_KEYS: u32 = 3;

#[wasm_bindgen]
extern "C" {
    /// What the runtime supplies.
    pub type Runtime;

    /// Seconds since 1970.
    #[wasm_bindgen(method)]
    fn now(this: &Runtime) -> f64;

    /// Whether a signature in the module's memory holds: 0 it does not, 1 it does, 2 it will be known later.
    #[wasm_bindgen(method)]
    fn check(
        this: &Runtime,
        key: u32,
        message: *const u8,
        length: usize,
        signature: *const u8,
        size: usize,
    ) -> u32;
}

/// An edge, as JavaScript sees it.
#[wasm_bindgen(js_name = Edge)]
pub struct Module {
    edge: Edge,
    runtime: Runtime,
    input: Input,
    output: Output,
}

#[wasm_bindgen(js_class = Edge)]
impl Module {
    /// Opens an edge, or throws an error that says in words why it cannot be.
    ///
    /// # Errors
    /// Whatever is wrong with its parts.
    #[wasm_bindgen(constructor)]
    pub fn open(
        runtime: Runtime,
        settings: &[u8],
        bundle: Vec<u8>,
        keys: &[u8],
        withdrawn: Option<Vec<u8>>,
        countries: Option<Vec<u8>>,
        seed: u64,
    ) -> Result<Module, wasm_bindgen::JsError> {
        let now = seconds(runtime.now());
        let parts = Parts { settings, bundle, keys, withdrawn: withdrawn.as_deref(), countries, seed, now };
        let edge = Edge::open(parts).map_err(|problem| wasm_bindgen::JsError::new(&problem.to_string()))?;
        Ok(Self { edge, runtime, input: Input::default(), output: Output::default() })
    }

    /// Where to write the fields of a request, one behind the other; 0 if there cannot be so much room.
    pub fn input(&mut self, bytes: usize) -> *const u8 {
        self.input.room(bytes)
    }

    /// Where to write how long each field is.
    pub fn lengths(&self) -> *const u32 {
        self.input.lengths()
    }

    /// Decides about the request in the input: see the constants of this crate.
    pub fn decide(&mut self, event: u32) -> u32 {
        let Self { edge, runtime, input, output } = self;
        output.clear();
        let event = match event {
            0 => Event::ViewerRequest,
            1 => Event::OriginRequest,
            _ => Event::Worker,
        };
        let mut asked = Asked { now: seconds(runtime.now()), runtime, line: String::new(), keys: None };
        let answer = edge.request(&input.request(event), &mut asked);
        match answer {
            Answer::Forward(forward) => {
                output.push(&forward.path);
                output.push(&forward.query);
                output.push(&asked.line);
                forward.removed.iter().for_each(|name| output.push(name));
                FORWARD
            }
            Answer::Respond(response) => {
                output.number(u64::from(response.status));
                output.push(&response.body);
                output.push(&asked.line);
                for (name, value) in &response.headers {
                    output.push(name);
                    output.push(value);
                }
                RESPOND
            }
            Answer::Wait(Wait::Signature) => WAIT_FOR_SIGNATURE,
            Answer::Wait(Wait::Keys) => {
                let (issuer, url) = asked.keys.unwrap_or_default();
                output.number(issuer as u64);
                output.push(&url);
                WAIT_FOR_KEYS
            }
        }
    }

    /// The headers to set on what the origin answered. Parts: names and values in turn.
    pub fn respond(&mut self, status: u16) {
        self.output.clear();
        for (name, value) in self.edge.respond(&self.input.request(Event::Worker), status) {
            self.output.push(name);
            self.output.push(&value);
        }
    }

    /// Where the parts of the answer stand, one behind the other.
    pub fn output(&self) -> *const u8 {
        self.output.text()
    }

    /// How many bytes they have together.
    #[wasm_bindgen(js_name = outputLength)]
    pub fn output_length(&self) -> usize {
        self.output.length()
    }

    /// Where the length of each part stands.
    pub fn parts(&self) -> *const u32 {
        self.output.parts()
    }

    /// How many parts there are.
    #[wasm_bindgen(js_name = partCount)]
    pub fn part_count(&self) -> usize {
        self.output.count()
    }

    /// The header that carries tokens.
    #[wasm_bindgen(js_name = tokenHeader)]
    pub fn token_header(&self) -> String {
        self.edge.token_header().to_owned()
    }

    /// The keys that signatures may be asked about, as JSON.
    #[wasm_bindgen(js_name = loginKeys)]
    pub fn login_keys(&mut self) -> String {
        wire::keys(self.edge.login_keys())
    }

    /// Takes what a fetch of keys gave; whether they are taken.
    #[wasm_bindgen(js_name = keysFetched)]
    pub fn keys_fetched(&mut self, issuer: usize, document: Option<Vec<u8>>) -> bool {
        let now = seconds(self.runtime.now());
        self.edge.keys_fetched(issuer, now, document.as_deref()).is_ok()
    }

    /// The issuer whose keys are to be fetched in the background now; -1: none.
    pub fn due(&mut self) -> i32 {
        let now = seconds(self.runtime.now());
        self.edge.keys_due(now).and_then(|(issuer, _)| i32::try_from(issuer).ok()).unwrap_or(-1)
    }

    /// Where an issuer's keys are fetched from.
    #[wasm_bindgen(js_name = keysUrl)]
    pub fn keys_url(&mut self, issuer: usize) -> String {
        self.edge.keys_url(issuer).unwrap_or_default()
    }

    /// Takes a new set of withdrawals, whole, or throws and keeps the old one.
    ///
    /// # Errors
    /// When the bytes are no set.
    pub fn withdraw(&mut self, set: &[u8]) -> Result<(), wasm_bindgen::JsError> {
        self.edge.withdraw(set).map_err(|problem| wasm_bindgen::JsError::new(&problem.to_string()))
    }
}

/// One request's host.
struct Asked<'a> {
    now: i64,
    runtime: &'a Runtime,
    line: String,
    keys: Option<(usize, String)>,
}

impl Signatures for Asked<'_> {
    fn check(&mut self, question: &Question<'_>) -> Verdict {
        let Question { key_number, message, signature, .. } = *question;
        let verdict = self.runtime.check(
            key_number,
            message.as_ptr(),
            message.len(),
            signature.as_ptr(),
            signature.len(),
        );
        match verdict {
            1 => Verdict::Holds,
            2 => Verdict::Later,
            _ => Verdict::Fails,
        }
    }
}

impl Host for Asked<'_> {
    fn now(&self) -> i64 {
        self.now
    }

    fn fetch_keys(&mut self, issuer: usize, url: &str) {
        self.keys = Some((issuer, url.to_owned()));
    }

    fn log(&mut self, line: &str) {
        self.line.push_str(line);
    }
}

/// JavaScript's seconds. What is no number is no time.
#[expect(clippy::cast_possible_truncation, reason = "it saturates, and no such time is right")]
fn seconds(now: f64) -> i64 {
    if now.is_nan() { 0 } else { now.floor() as i64 }
}
