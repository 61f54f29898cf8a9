//! Between a store and an emulator: passes everything on, until it is told to do otherwise.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of a question.
#[derive(Clone)]
pub(crate) enum Fate {
    /// It is passed on, and the answer too.
    Passes,
    /// The connection ends before the emulator hears of it.
    IsLost,
    /// The emulator does it, and the connection ends before the answer.
    AnswerIsLost,
    /// Nobody answers, and the connection stays open.
    Hangs,
    /// It is passed on after a while.
    Waits(Duration),
    /// Somebody else does something first, and then it is passed on.
    IsOvertaken(Arc<dyn Fn() + Send + Sync>),
    /// This status and body come back, and the emulator hears of nothing.
    IsAnswered(u16, &'static str),
    /// These bytes come back, and the emulator hears of nothing.
    IsBabbledAt(&'static [u8]),
}

/// A running one. It listens as long as the tests run.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    told: Arc<Mutex<Told>>,
    asked: Arc<AtomicUsize>,
}

struct Told {
    /// The next questions, one each.
    next: VecDeque<Fate>,
    /// All others.
    then: Fate,
}

impl Proxy {
    pub(crate) fn start(emulator: SocketAddr) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), emulator)
    }

    /// Where somebody listened before, who is gone.
    pub(crate) fn start_at(address: SocketAddr, emulator: SocketAddr) -> Self {
        Self::listen(TcpListener::bind(address).unwrap(), emulator)
    }

    fn listen(listener: TcpListener, emulator: SocketAddr) -> Self {
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(Told { next: VecDeque::new(), then: Fate::Passes }));
        let asked = Arc::new(AtomicUsize::new(0));
        let (orders, count) = (Arc::clone(&told), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (orders, count) = (Arc::clone(&orders), Arc::clone(&count));
                // Whoever goes away in the middle is of no interest.
                thread::spawn(move || drop(serve(stream, emulator, &orders, &count)));
            }
        });
        Self { address, told, asked }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What becomes of the next questions, one each.
    pub(crate) fn next(&self, fates: &[Fate]) {
        self.told.lock().unwrap().next = fates.iter().cloned().collect();
    }

    /// What becomes of all that come then.
    pub(crate) fn then(&self, fate: Fate) {
        self.told.lock().unwrap().then = fate;
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn serve(
    stream: TcpStream,
    emulator: SocketAddr,
    told: &Mutex<Told>,
    asked: &AtomicUsize,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let Some(question) = message(&mut stream)? else { return Ok(()) };
        asked.fetch_add(1, Ordering::Relaxed);
        let fate = {
            let mut told = told.lock().unwrap();
            told.next.pop_front().unwrap_or_else(|| told.then.clone())
        };
        let answer = match fate {
            Fate::Passes => pass(&question, emulator)?,
            Fate::IsLost => return Ok(()),
            Fate::AnswerIsLost => return pass(&question, emulator).map(drop),
            Fate::Hangs => {
                thread::sleep(Duration::from_secs(30));
                return Ok(());
            }
            Fate::Waits(time) => {
                thread::sleep(time);
                pass(&question, emulator)?
            }
            Fate::IsOvertaken(by) => {
                by();
                pass(&question, emulator)?
            }
            Fate::IsAnswered(status, body) => format!(
                "HTTP/1.1 {status} Scripted\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
            Fate::IsBabbledAt(bytes) => {
                return stream.get_mut().write_all(bytes);
            }
        };
        stream.get_mut().write_all(&answer)?;
    }
}

/// Asks the emulator, over a connection of its own.
fn pass(question: &[u8], emulator: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut stream = BufReader::new(TcpStream::connect(emulator)?);
    stream.get_mut().write_all(question)?;
    Ok(message(&mut stream)?.unwrap_or_default())
}

/// A question or an answer, whole; none if there is no more.
fn message(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut whole = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        whole.extend(line.as_bytes());
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    whole.extend(body);
    Ok(Some(whole))
}
