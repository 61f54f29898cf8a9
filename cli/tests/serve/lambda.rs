//! The same server as an AWS Lambda function, under a runtime of the test's own.

use crate::world::{PROXY, World};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What Lambda's runtime interface is to a function: events out, answers in.
struct Runtime {
    address: SocketAddr,
    events: Sender<Value>,
    answers: Receiver<(String, Value)>,
}

impl Runtime {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let (events, waiting) = channel::<Value>();
        let (sender, answers) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (waiting, sender) = (Arc::clone(&waiting), sender.clone());
                thread::spawn(move || converse(&stream, &waiting, &sender));
            }
        });
        Self { address, events, answers }
    }

    fn ask(&self, event: Value) -> Value {
        self.events.send(event).expect("the runtime is there");
        let (path, answer) =
            self.answers.recv_timeout(Duration::from_secs(20)).expect("the function answers");
        assert!(path.ends_with("/response"), "{path}: {answer}");
        answer
    }
}

fn converse(stream: &TcpStream, waiting: &Mutex<Receiver<Value>>, answers: &Sender<(String, Value)>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream has two ends"));
    let mut writer = stream;
    let mut number = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) <= 2 {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body is whole");
        let answer = if path.ends_with("/invocation/next") {
            let Ok(event) = waiting.lock().expect("nobody panicked").recv() else { return };
            number += 1;
            let body = event.to_string();
            format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r-{number}\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-north-1:000000000000:function:playgate\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
        } else {
            let said = serde_json::from_slice(&body)
                .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
            answers.send((path, said)).expect("somebody waits");
            "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
        };
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// It is killed when it is dropped.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn event(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let headers: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers, "isBase64Encoded": false,
        "body": body,
        "requestContext": {
            "accountId": "anonymous", "apiId": "a", "domainName": "a.lambda-url.eu-north-1.on.aws", "domainPrefix": "a",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "test"},
            "requestId": "r", "routeKey": "$default", "stage": "$default", "time": "21/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_262_400_000_u64
        }
    })
}

#[test]
fn events_are_answered_as_requests_are() {
    let world = World::new("lambda");
    world.write();
    let runtime = Runtime::start();
    let _function = Function(
        Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(["serve", "--config", "serve.toml"])
            .current_dir(&world.folder)
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "playgate")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .stdout(Stdio::null())
            .spawn()
            .expect("it is started"),
    );
    let login = format!("Bearer {}", world.issuer.login("viewer", "premium"));
    let body =
        |delivery: &str| json!({"title": "acme/film", "device": "tv", "delivery": delivery}).to_string();
    let headers = [
        ("authorization", login.as_str()),
        ("content-type", "application/json"),
        ("x-playgate-proxy", PROXY),
        ("cloudfront-viewer-country", "NO"),
    ];
    let answer = runtime.ask(event("POST", "/v1/playback", &headers, &body("cookie")));
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(answer["cookies"].as_array().map(Vec::len), Some(4), "{answer}");
    let playback: Value = serde_json::from_str(answer["body"].as_str().expect("a text")).expect("JSON");
    assert_eq!(playback["decision"]["rule"], "acme/film");

    let heartbeat = crate::world::path(&playback["heartbeat"]["url"]);
    let answer = runtime.ask(event("POST", heartbeat, &headers[2..], ""));
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let answer = runtime.ask(event("GET", "/v1/catalog/acme/film", &headers, ""));
    assert_eq!(answer["statusCode"], 404, "{answer}");
    // What is no text comes as base64.
    let answer = runtime.ask(event("GET", "/v1/revocations", &[], ""));
    assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(true)), "{answer}");
    // Without the CDN's secret nobody says where the viewer is.
    let answer = runtime.ask(event("POST", "/v1/playback", &headers[..2], &body("cookie")));
    assert_eq!(answer["statusCode"], 451, "{answer}");
}
