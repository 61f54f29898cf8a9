//! Asks a server of HTTP/1.1 as fast as it answers, over connections that stay open, each with one request under way.
//!
//! ```text
//! load ask ADDRESS CONNECTIONS SECONDS REQUESTS FROM ANSWERS|-
//! load answer BYTES
//! ```
//!
//! `REQUESTS` is a file of whole requests, each behind its length in four bytes (little-endian). They are sent in their order
//! from the one of number `FROM` on, each once; the run ends with the last of them, or after so many seconds. Answers other than
//! 200 end it. Bodies go to the file `ANSWERS`, one a line. What was measured is printed as a JSON object.
//!
//! `answer` is the trivial server: a body of so many bytes to whatever is asked. With it one learns what the client can do.

mod answer;
mod ask;
mod message;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ask", address, connections, seconds, requests, from, answers] => {
            ask::Order::read(address, connections, seconds, requests, from, answers)
                .and_then(|order| order.run())
        }
        ["answer", bytes] => {
            bytes.parse().map_err(|_| format!("`{bytes}` is no number")).and_then(answer::run)
        }
        _ => Err("usage: load ask ADDRESS CONNECTIONS SECONDS REQUESTS FROM ANSWERS|-, or load answer BYTES"
            .to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
