//! Emulators of `DynamoDB`, each a process of its own on a free port, as `scripts/store-peers` installed them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The region that they are asked for.
pub(crate) const REGION: &str = "eu-west-1";

/// Which emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Quick, and right about conditions; knows no time to live, and shows no item where a condition fails.
    Dynalite,
    /// Slow, and knows nearly everything.
    Moto,
}

/// A running one. It is killed when it is dropped, and ends by itself if the tests do.
#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Emulator {
    pub(crate) fn start(kind: Kind) -> Self {
        let (program, script) = match kind {
            Kind::Dynalite => ("node".into(), "tests/stores/serve-dynalite.mjs"),
            Kind::Moto => (python(), "tests/stores/serve-moto.py"),
        };
        let mut child = Command::new(&program)
            .arg(root().join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|problem| panic!("{}: {problem}; run scripts/store-peers", program.display()));
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("its port can be read");
        let port: u16 =
            line.trim().parse().unwrap_or_else(|_| panic!("{kind:?} did not start; run scripts/store-peers"));
        Self { address: SocketAddr::from(([127, 0, 0, 1], port)), child }
    }

    /// Its address, as a store is told.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a table like that of `templates/dynamodb.yaml`.
    pub(crate) fn make_table(&self, name: &str) {
        let definition = format!(
            r#"{{"TableName":"{name}","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{{"AttributeName":"partition","AttributeType":"S"}},{{"AttributeName":"key","AttributeType":"S"}}],
            "KeySchema":[{{"AttributeName":"partition","KeyType":"HASH"}},{{"AttributeName":"key","KeyType":"RANGE"}}]}}"#
        );
        let (status, body) = self.ask("DynamoDB_20120810.CreateTable", &definition);
        assert_eq!(status, 200, "{body}");
        for _ in 0..200 {
            let name = format!(r#"{{"TableName":"{name}"}}"#);
            let (_, body) = self.ask("DynamoDB_20120810.DescribeTable", &name);
            if body.contains(r#""TableStatus":"ACTIVE""#) || body.contains(r#""TableStatus": "ACTIVE""#) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the table {name} is not there");
    }

    /// Asks it something by hand.
    pub(crate) fn ask(&self, target: &str, body: &str) -> (u16, String) {
        let request = format!(
            "POST / HTTP/1.1\r\nhost: dynamodb.{REGION}.amazonaws.com\r\nconnection: close\r\n\
             content-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\nx-amz-target: {target}\r\nx-amz-date: 20261121T000000Z\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=test/20261121/{REGION}/dynamodb/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=0\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time can be set");
        stream.write_all(request.as_bytes()).expect("it takes the question");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it answers");
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("it says how it went");
        (status, body.to_owned())
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Python that has moto.
pub(crate) fn python() -> PathBuf {
    root().join(".tools/stores-venv/bin/python")
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
