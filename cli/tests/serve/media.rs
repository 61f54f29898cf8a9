//! Where playlists are: a server that is slow, lies, sends elsewhere, or never ends, as it is told.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) const MULTIVARIANT: &str =
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\n720p/index.m3u8\n";
pub(crate) const MEDIA: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg-1.m4s\n#EXT-X-ENDLIST\n";

/// What it answers, whatever it is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// A playlist, after so long.
    Playlist(Vec<u8>, Duration),
    /// A head and a body as they stand here.
    Raw(Vec<u8>),
    /// A head, and then lines without end.
    Endless,
    /// Nothing, and the connection stays open.
    Silent,
}

/// A running one.
pub(crate) struct Media {
    pub(crate) address: SocketAddr,
    behaviour: Arc<Mutex<Behaviour>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Media {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let behaviour =
            Arc::new(Mutex::new(Behaviour::Playlist(MULTIVARIANT.as_bytes().to_vec(), Duration::ZERO)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (told, all) = (Arc::clone(&behaviour), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (told, all) = (Arc::clone(&told), Arc::clone(&all));
                thread::spawn(move || {
                    let _ = answer(stream, &told, &all);
                });
            }
        });
        Self { address, behaviour, asked }
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("nobody panicked") = behaviour;
    }

    /// The heads of what it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

fn answer(mut stream: TcpStream, told: &Mutex<Behaviour>, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = [0; 16 * 1024];
    let read = stream.read(&mut head)?;
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    asked.lock().expect("nobody panicked").push(head);
    let behaviour = told.lock().expect("nobody panicked").clone();
    match behaviour {
        Behaviour::Playlist(playlist, after) => {
            thread::sleep(after);
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", playlist.len());
            stream.write_all(&[head.as_bytes(), &playlist].concat())
        }
        Behaviour::Raw(raw) => stream.write_all(&raw),
        Behaviour::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n#EXT-X-TARGETDURATION:6\n")?;
            loop {
                stream.write_all(b"#EXTINF:6,\nseg.m4s\n")?;
                thread::sleep(Duration::from_millis(1));
            }
        }
        Behaviour::Silent => loop {
            thread::sleep(Duration::from_mins(1));
        },
    }
}
