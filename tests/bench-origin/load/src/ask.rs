//! The client.

use crate::message::whole;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

/// For how long nothing may come before the server counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to ask, of whom, for how long.
pub struct Order {
    address: SocketAddr,
    connections: usize,
    time: Duration,
    bytes: Vec<u8>,
    requests: Vec<Range<usize>>,
    answers: Option<BufWriter<File>>,
}

struct Connection {
    stream: TcpStream,
    came: Vec<u8>,
    asked: Instant,
    is_idle: bool,
}

impl Order {
    pub fn read(
        address: &str,
        connections: &str,
        seconds: &str,
        requests: &str,
        from: &str,
        answers: &str,
    ) -> Result<Self, String> {
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is no number"));
        let time = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let bytes = std::fs::read(requests).map_err(|problem| format!("{requests}: {problem}"))?;
        let create = |path: &str| File::create(path).map_err(|problem| format!("{path}: {problem}"));
        let requests = ranges(&bytes).into_iter().skip(number(from)?).collect();
        Ok(Self {
            address: address.parse().map_err(|_| format!("`{address}` is no address"))?,
            connections: number(connections)?,
            time: time.ok_or_else(|| format!("`{seconds}` is no time"))?,
            bytes,
            requests,
            answers: (answers != "-").then(|| create(answers).map(BufWriter::new)).transpose()?,
        })
    }

    /// Asks, and prints what was measured.
    pub fn run(mut self) -> Result<(), String> {
        let words = |problem: std::io::Error| problem.to_string();
        let mut poll = Poll::new().map_err(words)?;
        let mut connections = self.connect(&poll)?;
        let mut left = self.requests.iter();
        let mut latencies = Vec::with_capacity(self.requests.len());
        let mut received = 0_u64;
        let begun = Instant::now();
        let end = begun + self.time;
        let mut under_way = 0_usize;
        for connection in &mut connections {
            under_way += usize::from(connection.ask(left.next(), &self.bytes)?);
        }
        let mut events = Events::with_capacity(1024);
        let mut piece = vec![0; 256 * 1024];
        while under_way > 0 {
            poll.poll(&mut events, Some(PATIENCE)).map_err(words)?;
            if events.is_empty() {
                return Err(format!("nothing came for {} seconds", PATIENCE.as_secs()));
            }
            for event in &events {
                let connection = &mut connections[event.token().0];
                if connection.is_idle || !connection.receive(&mut piece)? {
                    continue;
                }
                let Some(answer) = whole(&connection.came)? else { continue };
                let now = Instant::now();
                latencies.push(u32::try_from((now - connection.asked).as_nanos()).unwrap_or(u32::MAX));
                let (head, body) = connection.came[..answer.length].split_at(answer.head);
                if !head.starts_with(b"HTTP/1.1 200 ") {
                    return Err(String::from_utf8_lossy(&connection.came).into_owned());
                }
                if let Some(answers) = &mut self.answers {
                    answers.write_all(body).and_then(|()| answers.write_all(b"\n")).map_err(words)?;
                }
                received += answer.length as u64;
                connection.came.drain(..answer.length);
                under_way -= 1;
                let next = if now < end { left.next() } else { None };
                under_way += usize::from(connection.ask(next, &self.bytes)?);
            }
        }
        let took = begun.elapsed().as_secs_f64();
        if let Some(answers) = &mut self.answers {
            answers.flush().map_err(words)?;
        }
        print(&mut latencies, took, received)
    }

    fn connect(&self, poll: &Poll) -> Result<Vec<Connection>, String> {
        let open = |number: usize| {
            // One after the other and waiting: the queue of those who wait to be accepted is short.
            let stream = std::net::TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            Ok(Connection { stream, came: Vec::new(), asked: Instant::now(), is_idle: true })
        };
        let opened: std::io::Result<Vec<_>> =
            (0..self.connections.min(self.requests.len())).map(open).collect();
        opened.map_err(|problem| format!("{}: {problem}", self.address))
    }
}

impl Connection {
    /// Sends a request, if there is one. Says whether there was.
    fn ask(&mut self, request: Option<&Range<usize>>, bytes: &[u8]) -> Result<bool, String> {
        self.is_idle = request.is_none();
        let Some(request) = request else { return Ok(false) };
        let mut rest = &bytes[request.clone()];
        self.asked = Instant::now();
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(sent) => rest = &rest[sent..],
                // A request is small beside the system's buffers: this hardly ever happens.
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(problem) => return Err(problem.to_string()),
            }
        }
        Ok(true)
    }

    /// Takes what has come. Says whether anything has.
    fn receive(&mut self, piece: &mut [u8]) -> Result<bool, String> {
        let mut any = false;
        loop {
            match self.stream.read(piece) {
                Ok(0) => return Err("the server closed a connection with a request under way".to_owned()),
                Ok(length) => {
                    self.came.extend_from_slice(&piece[..length]);
                    any = true;
                    if length < piece.len() {
                        return Ok(true);
                    }
                }
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => return Ok(any),
                Err(problem) => return Err(problem.to_string()),
            }
        }
    }
}

fn ranges(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let begin = at + 4;
        at = begin + u32::from_le_bytes(*length) as usize;
        ranges.push(begin..at.min(bytes.len()));
    }
    ranges
}

fn print(latencies: &mut [u32], seconds: f64, received: u64) -> Result<(), String> {
    if latencies.is_empty() {
        return Err("there was nothing to ask".to_owned());
    }
    latencies.sort_unstable();
    let at =
        |of_a_thousand: usize| f64::from(latencies[(latencies.len() - 1) * of_a_thousand / 1000]) / 1000.0;
    let (requests, p50, p99, p999, most) = (latencies.len(), at(500), at(990), at(999), at(1000));
    println!(
        "{{\"requests\":{requests},\"seconds\":{seconds:.6},\"p50\":{p50:.1},\"p99\":{p99:.1},\"p999\":{p999:.1},\
         \"max\":{most:.1},\"bytes\":{received},\"cpu\":{:.4}}}",
        cpu_seconds()
    );
    Ok(())
}

/// What this process has used of processors, its start included.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_nanos(nanoseconds).as_secs_f64()
}
