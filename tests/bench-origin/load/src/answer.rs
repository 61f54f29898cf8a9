//! The trivial server: the same answer to whatever is asked, from one thread.

use crate::message::whole;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

const LISTENER: Token = Token(0);

/// Serves until it is killed; the first line on stdout says where.
pub fn run(bytes: usize) -> Result<(), String> {
    let words = |problem: std::io::Error| problem.to_string();
    let mut poll = Poll::new().map_err(words)?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(words)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE).map_err(words)?;
    println!("{}", listener.local_addr().map_err(words)?);
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n{}", "x".repeat(bytes)).into_bytes();
    let mut connections = HashMap::new();
    let mut events = Events::with_capacity(1024);
    let mut piece = vec![0; 256 * 1024];
    let mut next = 1;
    loop {
        poll.poll(&mut events, None).map_err(words)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true).map_err(words)?;
                    poll.registry().register(&mut stream, Token(next), Interest::READABLE).map_err(words)?;
                    connections.insert(Token(next), (stream, Vec::new()));
                    next += 1;
                }
            } else if let Some((stream, came)) = connections.get_mut(&event.token())
                && !converse(stream, came, &mut piece, &answer)
            {
                connections.remove(&event.token());
            }
        }
    }
}

/// Answers what has come whole. Says whether the connection goes on.
fn converse(stream: &mut TcpStream, came: &mut Vec<u8>, piece: &mut [u8], answer: &[u8]) -> bool {
    loop {
        match stream.read(piece) {
            Ok(0) => return false,
            Ok(length) => came.extend_from_slice(&piece[..length]),
            Err(problem) if problem.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return false,
        }
    }
    while let Ok(Some(request)) = whole(came) {
        came.drain(..request.length);
        let mut rest = answer;
        while !rest.is_empty() {
            match stream.write(rest) {
                Ok(sent) => rest = &rest[sent..],
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(_) => return false,
            }
        }
    }
    true
}
