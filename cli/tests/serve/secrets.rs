//! Secrets from AWS: an emulator that knows Secrets Manager and KMS, and one of the tests' own that refuses as AWS does.

use crate::emulator::{Emulator, Kind, REGION};
use crate::keys::acme;
use crate::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const MASTER: &str = "5f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627";
const SESSION: &str = "test-only session key of 32 bytes and more";
const KID: &str = "fec497be-890c-739a-a129-716037ea886d";

const DRM: &str = r#"
[drm]
master_key = { id = "m1", key = { kms = "master.key.enc", context = { purpose = "playgate-master-key", id = "m1" } } }

[[tenant]]
id = "acme"
titles = ["acme/*"]
packager = "acme-packager"
password = { secrets_manager = "playgate/packagers", field = "acme" }
"#;

/// The emulator, asked as the tools of AWS ask.
struct Cloud(Emulator);

impl Cloud {
    fn start() -> Self {
        Self(Emulator::start(Kind::Moto))
    }

    fn ask(&self, service: &str, target: &str, body: &Value) -> Value {
        let (status, answer) = asked(self.0.address, service, target, body);
        assert_eq!(status, 200, "{target}: {answer}");
        serde_json::from_str(&answer).expect("it answers in JSON")
    }

    fn key(&self) -> String {
        let made = self.ask("kms", "TrentService.CreateKey", &json!({}));
        made["KeyMetadata"]["KeyId"].as_str().expect("it has an id").to_owned()
    }

    /// A ciphertext, as base64.
    fn encrypted(&self, key: &str, plaintext: &[u8], context: &Value) -> String {
        let question =
            json!({"KeyId": key, "Plaintext": STANDARD.encode(plaintext), "EncryptionContext": context});
        let answer = self.ask("kms", "TrentService.Encrypt", &question);
        answer["CiphertextBlob"].as_str().expect("it is a text").to_owned()
    }

    fn keep(&self, name: &str, secret: &str) {
        self.ask(
            "secretsmanager",
            "secretsmanager.CreateSecret",
            &json!({"Name": name, "SecretString": secret, "ClientRequestToken": "00000000-0000-4000-8000-000000000001"}),
        );
    }

    /// A server that has everything secret from there, and the id of its key.
    fn world(&self, name: &str) -> (World, String) {
        let world = world(name, &format!("http://{}", self.0.address));
        let key = self.key();
        let context = json!({"purpose": "playgate-master-key", "id": "m1"});
        let ciphertext = self.encrypted(&key, &bytes(MASTER), &context);
        fs::write(world.folder.join("master.key.enc"), ciphertext).expect("it is written");
        (world, key)
    }
}

/// With the secrets of AWS at an address.
fn world(name: &str, endpoint: &str) -> World {
    let more = format!(
        "{DRM}\n[secrets]\nregion = \"{REGION}\"\nkms_endpoint = \"{endpoint}\"\nsecrets_manager_endpoint = \"{endpoint}\"\n"
    );
    let mut world = World::with(name, &more);
    world.change("file = \"session.key\"", "secrets_manager = \"playgate/session-key\"");
    fs::remove_file(world.folder.join("session.key")).expect("it is not needed");
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    world.environment = vec![own("AWS_ACCESS_KEY_ID", "test"), own("AWS_SECRET_ACCESS_KEY", "test")];
    world
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn asked(address: SocketAddr, service: &str, target: &str, body: &Value) -> (u16, String) {
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {service}.{REGION}.amazonaws.com\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.1\r\n\
         content-length: {}\r\nx-amz-target: {target}\r\nx-amz-date: 20261121T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=test/20261121/{REGION}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time can be set");
    stream.write_all(request.as_bytes()).expect("it takes the question");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("it answers");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("it says how it went");
    (status, body.to_owned())
}

#[test]
fn a_server_has_its_keys_from_aws_and_after_a_restart_the_same() {
    let cloud = Cloud::start();
    let (world, _) = cloud.world("secrets-whole");
    cloud.keep("playgate/session-key", SESSION);
    cloud.keep("playgate/packagers", r#"{"acme":"test-only-password-of-acme","other":"x"}"#);
    let said = world.check(&[]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    for line in [
        "secret session_key: secret `playgate/session-key` of Secrets Manager\n",
        "secret drm.master_key.key: master.key.enc, by KMS\n",
        "secret tenant `acme`, `password`: secret `playgate/packagers` of Secrets Manager, field `acme`\n",
    ] {
        assert!(said.stdout.contains(line), "{}", said.stdout);
    }

    let server = world.start();
    let key = acme(&server, "acme/film", KID);
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    server.kill();
    let server = world.start();
    assert_eq!(acme(&server, "acme/film", KID), key);
    server.beat(&playback).expect(200);
    drop(server);

    // With the same keys in files everything is the same: it is the master key that was encrypted.
    let mut world = world;
    world.change("secrets_manager = \"playgate/session-key\"", "file = \"session.key\"");
    world.change(
        "{ kms = \"master.key.enc\", context = { purpose = \"playgate-master-key\", id = \"m1\" } }",
        "{ file = \"master.hex\" }",
    );
    fs::write(world.folder.join("session.key"), SESSION).expect("it is written");
    fs::write(world.folder.join("master.hex"), MASTER).expect("it is written");
    let server = world.start();
    assert_eq!(acme(&server, "acme/film", KID), key);
    server.beat(&playback).expect(200);
    // Nothing that was decrypted is on the disk.
    fs::remove_file(world.folder.join("master.hex")).expect("it was written");
    drop(server);
    for entry in fs::read_dir(&world.folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let Ok(file) = fs::read(&path) else { continue };
        for secret in [bytes(MASTER).as_slice(), MASTER.as_bytes()] {
            assert!(!file.windows(secret.len()).any(|window| window == secret), "{}", path.display());
        }
    }
}

#[test]
fn a_ciphertext_may_be_raw_and_a_secret_bytes_or_an_arn() {
    let cloud = Cloud::start();
    let (mut world, key) = cloud.world("secrets-forms");
    cloud.keep("playgate/packagers", r#"{"acme":"test-only-password-of-acme"}"#);
    let made = cloud.ask(
        "secretsmanager",
        "secretsmanager.CreateSecret",
        &json!({"Name": "bytes", "SecretBinary": STANDARD.encode([7_u8; 40]), "ClientRequestToken": "00000000-0000-4000-8000-000000000002"}),
    );
    world.change("playgate/session-key", made["ARN"].as_str().expect("it has one"));
    let path = world.folder.join("master.key.enc");
    let text = fs::read_to_string(&path).expect("it is there");
    let raw = STANDARD.decode(&text).expect("it is base64");
    fs::write(&path, raw).expect("it is written");
    // Made where nobody saw it, and only by this key.
    world.change(
        "id = \"m1\" } } }",
        &format!("id = \"m1\" }}, key = \"{key}\", region = \"{REGION}\" }} }}"),
    );
    assert_eq!(world.check(&[]).code, Some(0));
    let context = json!({"purpose": "playgate-master-key", "id": "m1"});
    let made = cloud.ask(
        "kms",
        "TrentService.GenerateDataKeyWithoutPlaintext",
        &json!({"KeyId": key, "NumberOfBytes": 32, "EncryptionContext": context}),
    );
    fs::write(&path, format!("{}\n", made["CiphertextBlob"].as_str().expect("a text")))
        .expect("it is written");
    let server = world.start();
    assert_eq!(acme(&server, "acme/film", KID).len(), 16);
}

/// What is changed, and what is said then.
type Case<'c> = (&'c str, String, String);

#[test]
fn what_aws_does_not_give_is_said_at_its_place() {
    let cloud = Cloud::start();
    cloud.keep("playgate/session-key", SESSION);
    cloud.keep("playgate/packagers", r#"{"acme":"test-only-password-of-acme","empty":""}"#);
    cloud.keep("playgate/short", "sesame");
    let other = cloud.key();
    let (first, _) = cloud.world("secrets-refused");
    let short = cloud.encrypted(&other, b"sesame", &json!({"purpose": "playgate-master-key", "id": "m1"}));
    let own = fs::read(first.folder.join("master.key.enc")).expect("it is there");
    let endpoint = format!("http://{}", cloud.0.address);
    let session = "\"playgate/session-key\"";
    let cases: Vec<Case<'_>> = vec![
        (
            session,
            "\"playgate/sesion-key\"".into(),
            format!(
                "session_key: secret `playgate/sesion-key` of Secrets Manager: there is no such secret in {REGION}, or no value in it\n  5 | session_key = {{ secrets_manager = \"playgate/sesion-key\" }}\n    | ^^^^^^^^^^^ check its name, or write the `region` that it is in\n"
            ),
        ),
        (
            session,
            format!("{session}, region = \"eu-north-1\""),
            "there is no such secret in eu-north-1, or no value in it".into(),
        ),
        (
            session,
            format!("{session}, field = \"key\""),
            "it is no JSON, so that it has no field `key`".into(),
        ),
        (session, "\"playgate/short\"".into(), "session_key: it has 6 bytes, at least 32 are needed".into()),
        ("field = \"acme\"", "field = \"Acme\"".into(), "field `Acme`: it has no field `Acme`".into()),
        ("field = \"acme\"", "field = \"empty\"".into(), "it is empty\n".into()),
        (
            "id = \"m1\" } }",
            "id = \"m2\" } }".into(),
            format!(
                "drm.master_key.key: master.key.enc, by KMS: KMS in {REGION} cannot decrypt it: it was encrypted with another `context`, or is damaged, or is no ciphertext of KMS\n"
            ),
        ),
        (
            ", context = { purpose = \"playgate-master-key\", id = \"m1\" }",
            String::new(),
            "write `context = { .. }`, the context with which it was encrypted\n".into(),
        ),
        (
            "id = \"m1\" } }",
            format!("id = \"m1\" }}, key = \"{other}\" }}"),
            // AWS itself says `IncorrectKeyException`.
            format!("KMS in {REGION} does not let this server decrypt it (it does not say why)\n"),
        ),
        ("id = \"m1\" } }", "id = \"m1\" }, region = \"eu-north-1\" }".into(), "in eu-north-1".into()),
        ("\"master.key.enc\"", "\"short.enc\"".into(), "has 6 bytes and is not 32 bytes".into()),
        ("\"master.key.enc\"", "\"empty.enc\"".into(), "by KMS: it is empty\n".into()),
        ("\"master.key.enc\"", "\"whole.json\"".into(), "it is the whole answer\n".into()),
        ("\"master.key.enc\"", "\"no.enc\"".into(), "no.enc, by KMS: No such file".into()),
        ("\"master.key.enc\"", "\"long.enc\"".into(), "it is larger than 16384 bytes".into()),
        ("\"master.key.enc\"", "\"damaged.enc\"".into(), "cannot decrypt it".into()),
    ];
    for (number, (before, after, words)) in cases.into_iter().enumerate() {
        let mut world = world(&format!("secrets-refused-{number}"), &endpoint);
        let put =
            |name: &str, bytes: &[u8]| fs::write(world.folder.join(name), bytes).expect("it is written");
        put("master.key.enc", &own);
        put("short.enc", short.as_bytes());
        put("empty.enc", b"\n");
        put("whole.json", format!("{{\"CiphertextBlob\": \"{short}\"}}\n").as_bytes());
        put("long.enc", "A".repeat(20_000).as_bytes());
        let mut damaged = STANDARD.decode(&own).expect("it is base64");
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        put("damaged.enc", &damaged);
        world.change(before, &after);
        let said = world.try_start().err().unwrap_or_else(|| panic!("{after}: it starts"));
        assert!(said.contains(&words), "{after}: {said}");
        assert!(said.ends_with("error: serve.toml: 1 mistake, and nothing is served\n"), "{said}");
        for secret in ["sesame", SESSION, "password-of", MASTER] {
            assert!(!said.contains(secret), "{said}");
        }
        assert!(!world.folder.join("playgate.db").exists(), "{after}: a store was made");
    }
}

/// Answers everything alike, as often as is asked, and remembers the heads and bodies.
struct Own {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Own {
    fn start(status: u16, body: &str, wait: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut text = Vec::new();
                let mut part = [0; 4096];
                while !text.ends_with(b"}") {
                    match stream.read(&mut part) {
                        Ok(read @ 1..) => text.extend_from_slice(&part[..read]),
                        _ => break,
                    }
                }
                kept.lock().expect("nobody panicked").push(String::from_utf8_lossy(&text).into_owned());
                thread::sleep(wait);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, asked }
    }
}

/// A server that needs one secret, of Secrets Manager or KMS, from an address.
fn needy(name: &str, endpoint: &str, reference: &str) -> World {
    let more = format!(
        "\n[secrets]\nregion = \"{REGION}\"\nkms_endpoint = \"{endpoint}\"\nsecrets_manager_endpoint = \"{endpoint}\"\nmilliseconds = 1500\n"
    );
    let mut world = World::with(name, &more);
    world.change("file = \"session.key\"", reference);
    fs::write(world.folder.join("a.enc"), [1, 2, 2, 0]).expect("it is written");
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    world.environment = vec![
        own("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        own("AWS_SECRET_ACCESS_KEY", "wJalr"),
        own("AWS_SESSION_TOKEN", "token-of-a-session"),
    ];
    world
}

#[test]
fn refusals_of_aws_say_what_to_do() {
    const MANAGED: &str = "secrets_manager = \"playgate/session-key\"";
    const KMS: &str = "kms = \"a.enc\"";
    let refused = |code: &str, message: &str| json!({"__type": code, "message": message}).to_string();
    let denied = "User: arn:aws:iam::111122223333:user/playgate is not authorized";
    let long = json!({"SecretString": "sesame".repeat(20_000)}).to_string();
    for (number, (reference, status, body, words, times)) in [
        (
            MANAGED,
            400,
            refused("AccessDeniedException", denied),
            format!("session_key: secret `playgate/session-key` of Secrets Manager: Secrets Manager in {REGION} does not give it to this server ({denied})\n  5 | session_key = {{ {MANAGED} }}\n    | ^^^^^^^^^^^ allow `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` if it has a key of its own\n"),
            1,
        ),
        (
            KMS,
            400,
            refused("AccessDeniedException", denied),
            format!("session_key: a.enc, by KMS: KMS in {REGION} does not let this server decrypt it ({denied})\n  5 | session_key = {{ {KMS} }}\n    | ^^^^^^^^^^^ allow `kms:Decrypt` on its key, or write the `region` that it was encrypted in\n"),
            1,
        ),
        (MANAGED, 400, refused("com.amazonaws#UnrecognizedClientException", "no"), "AWS does not take these credentials (UnrecognizedClientException)\n".into(), 1),
        (KMS, 403, refused("InvalidSignatureException", "no"), "AWS does not take these credentials (InvalidSignatureException)\n".into(), 1),
        (KMS, 400, refused("ExpiredTokenException", "no"), "AWS does not take these credentials (ExpiredTokenException)\n".into(), 1),
        (MANAGED, 400, refused("InvalidRequestException", "marked for deletion"), "refuses: marked for deletion\n".into(), 1),
        (MANAGED, 400, refused("DecryptionFailure", "no"), "Secrets Manager cannot decrypt it\n".into(), 1),
        (
            "kms = \"a.enc\", key = \"alias/other\"",
            400,
            refused("IncorrectKeyException", "no"),
            "it was encrypted under another key than `alias/other`\n".into(),
            1,
        ),
        (KMS, 400, refused("NotFoundException", "no"), format!("its key is not in {REGION}\n"), 1),
        (KMS, 400, refused("DisabledException", "no"), "its key cannot be used now (DisabledException)\n".into(), 1),
        (KMS, 400, refused("KMSInvalidStateException", "no"), "its key cannot be used now (KMSInvalidStateException)\n".into(), 1),
        (KMS, 400, refused("SomethingNew", "of next year"), format!("KMS in {REGION} refuses: SomethingNew, of next year\n"), 1),
        (KMS, 400, refused("ThrottlingException", "slow"), ", ThrottlingException\n".into(), 3),
        (MANAGED, 500, refused("InternalServiceError", "no"), ", InternalServiceError\n".into(), 3),
        (MANAGED, 502, "<html>sesame</html>}".into(), ", its answer of status 502 is none of AWS\n".into(), 3),
        (MANAGED, 200, "<html>sesame</html>}".into(), "Secrets Manager answered what is no secret\n".into(), 1),
        (KMS, 200, r#"{"Plaintext":"sesame!"}"#.into(), "KMS answered what is no plaintext\n".into(), 1),
        (KMS, 200, r#"{"Plaintext":""}"#.into(), "it decrypts to nothing\n".into(), 1),
        (MANAGED, 200, r#"{"SecretString":""}"#.into(), "it is empty\n".into(), 1),
        (MANAGED, 200, long, "it is larger than 65536 bytes, which no secret is\n".into(), 1),
    ]
    .into_iter()
    .enumerate()
    {
        let own = Own::start(status, &body, Duration::ZERO);
        let world = needy(&format!("secrets-own-{number}"), &format!("http://{}", own.address), reference);
        let said = world.try_start().err().unwrap_or_else(|| panic!("{body}: it starts"));
        assert!(said.contains(&words), "{words}: {said}");
        assert!(!said.contains("sesame"), "{said}");
        let asked = own.asked.lock().expect("nobody panicked").clone();
        assert_eq!(asked.len(), times, "{words}");
        for request in asked {
            let service = if reference.starts_with("kms") { "kms" } else { "secretsmanager" };
            let request = request.to_lowercase();
            assert!(request.contains(&format!("/{REGION}/{service}/aws4_request, signedheaders=")), "{request}");
            assert!(request.contains("x-amz-security-token: token-of-a-session\r\n"), "{request}");
            assert!(!request.contains("wjalr"), "{request}");
        }
    }
}

#[test]
fn who_does_not_answer_is_not_waited_for_long() {
    let silent = Own::start(200, "{}", Duration::from_secs(30));
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has one");
    let nobody = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map(|name| (name, ""));
    let files = [
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    for (name, address, environment, words) in [
        (
            "silent",
            silent.address,
            Vec::new(),
            format!("KMS does not answer at http://{} within 1500 ms\n", silent.address),
        ),
        ("gone", free, Vec::new(), format!("KMS does not answer at http://{free}, ")),
        (
            "nobody",
            free,
            nobody.iter().chain(&files).copied().collect(),
            "there are no credentials for AWS, ".to_owned(),
        ),
    ] {
        let mut world = needy(&format!("secrets-{name}"), &format!("http://{address}"), "kms = \"a.enc\"");
        world
            .environment
            .extend(environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let begun = Instant::now();
        let said = world.try_start().err().unwrap_or_else(|| panic!("{name}: it starts"));
        assert!(said.contains(&words), "{name}: {said}");
        assert!(begun.elapsed() < Duration::from_secs(9), "{name}: {:?}", begun.elapsed());
    }
    // And without a region nobody is asked.
    let mut world = needy("secrets-nowhere", &format!("http://{free}"), "kms = \"a.enc\"");
    world.change(&format!("region = \"{REGION}\"\n"), "");
    world.environment.extend(files.map(|(name, value)| (name.to_owned(), value.to_owned())));
    world
        .environment
        .extend(["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| (name.to_owned(), String::new())));
    let said = world.try_start().err().expect("it does not start");
    assert!(said.contains("nobody says in which region of KMS it is"), "{said}");
}
