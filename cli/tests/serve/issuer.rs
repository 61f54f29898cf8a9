//! An issuer of logins: its keys over HTTP, and tokens as it signs them. It can go away, come back, rotate, and lie.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const FIRST: &str = include_str!("../../../tests/keys/test-only-login-rsa.pem");
const SECOND: &str = include_str!("../../../tests/keys/test-only-login-rsa-second.pem");

/// What it answers when it is asked for its keys.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// The keys of these ids.
    Keys(Vec<&'static str>),
    /// The same, after so long.
    Slow(Vec<&'static str>, Duration),
    /// This, whatever it is.
    Lies(u16, Vec<u8>),
    /// Nothing, and the connection stays open.
    Silent,
}

/// A running issuer.
pub(crate) struct Issuer {
    pub(crate) address: SocketAddr,
    behaviour: Arc<Mutex<Behaviour>>,
    asked: Arc<AtomicUsize>,
    first: RsaKeyPair,
    second: RsaKeyPair,
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
    i64::try_from(since.as_secs()).expect("it is no time yet")
}

impl Issuer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let behaviour = Arc::new(Mutex::new(Behaviour::Keys(vec!["one"])));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, count) = (Arc::clone(&behaviour), Arc::clone(&asked));
        let keys = [("one", key(FIRST)), ("two", key(SECOND))];
        thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
                let _ = stream.read(&mut [0; 4096]);
                count.fetch_add(1, Ordering::SeqCst);
                let behaviour = match told.lock().expect("nobody panicked").clone() {
                    Behaviour::Slow(ids, after) => {
                        thread::sleep(after);
                        Behaviour::Keys(ids)
                    }
                    other => other,
                };
                let (status, body) = match behaviour {
                    Behaviour::Silent | Behaviour::Slow(..) => {
                        kept.push(stream);
                        continue;
                    }
                    Behaviour::Lies(status, body) => (status, body),
                    Behaviour::Keys(ids) => {
                        let known = keys.iter().filter(|(id, _)| ids.contains(id));
                        let keys: Vec<Value> = known.map(|(id, key)| jwk(id, key)).collect();
                        (200, json!({ "keys": keys }).to_string().into_bytes())
                    }
                };
                let head = format!(
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        Self { address, behaviour, asked, first: key(FIRST), second: key(SECOND) }
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("nobody panicked") = behaviour;
    }

    /// How often it was asked for keys.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn name(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A login that holds for an hour.
    pub(crate) fn login(&self, subject: &str, tier: &str) -> String {
        self.sign("one", &self.claims(subject, tier))
    }

    /// The same with the group of administrators.
    pub(crate) fn admin(&self) -> String {
        let mut claims = self.claims("the-admin", "premium");
        claims["cognito:groups"] = json!(["playgate-admin"]);
        self.sign("one", &claims)
    }

    pub(crate) fn claims(&self, subject: &str, tier: &str) -> Value {
        json!({
            "iss": self.name(), "sub": subject, "aud": "tv", "exp": now() + 3600, "iat": now() - 5, "tier": tier,
        })
    }

    /// Signs whatever it is told to.
    pub(crate) fn sign(&self, kid: &str, claims: &Value) -> String {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": kid});
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", text(&header), text(claims));
        let key = if kid == "two" { &self.second } else { &self.first };
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("it signs");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn key(pem: &str) -> RsaKeyPair {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).expect("the key is PEM");
    RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).expect("the key is RSA")
}

fn jwk(id: &str, key: &RsaKeyPair) -> Value {
    // PKCS #1: two numbers, of 257 bytes (the first is zero) and of 3.
    let public = key.public_key().as_ref();
    let [.., 1, 0, 1] = public else { panic!("another exponent") };
    let modulus = &public[public.len() - 5 - 256..public.len() - 5];
    let (text, exponent) = (|bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes), &[1, 0, 1]);
    json!({"kty": "RSA", "kid": id, "alg": "RS256", "use": "sig", "n": text(modulus), "e": text(exponent)})
}
