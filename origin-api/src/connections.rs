//! Who may be connected: so many in all, and of one network so many that it cannot keep the others out.

use crate::config::Limits;
use crate::log;
use crate::rates::Network;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Files that are not connections of clients: the store, issuers, media, standard output, whoever looks after the server.
const OTHER_FILES: usize = 128;

/// The most connections to the private address: few need it, and they must get in when the public one is full.
pub(crate) const PRIVATE: usize = 48;

/// How many bytes of an answer the system keeps for a client that does not take them. It keeps them out of sight, and by default
/// megabytes: what is taken slowly would look as if it were not taken at all, or already were.
const KEPT: u32 = 128 * 1024;

/// How many connections wait to be accepted.
const WAITING: u32 = 1024;

/// Counts connections by network.
#[derive(Debug)]
pub(crate) struct Connections {
    most: usize,
    open: Mutex<HashMap<Network, usize>>,
}

/// One connection, for as long as it is there.
#[derive(Debug)]
pub(crate) struct Connected {
    of: Option<(Arc<Connections>, Network)>,
}

impl Connections {
    /// At most so many of one network; 0: any number.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    /// Another one of this address, if there may be.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Connected> {
        if self.most == 0 {
            return Some(Connected { of: None });
        }
        let network = Network::of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Connected { of: Some((Arc::clone(self), network)) })
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let Some((connections, network)) = self.of.take() else { return };
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&network) {
            *count = count.saturating_sub(1);
            // Networks that are gone take no memory.
            if *count == 0 {
                open.remove(&network);
            }
        }
    }
}

/// How many connections there may be: what is configured, or fewer, so that the process can still open other files.
pub(crate) fn most(limits: &Limits) -> usize {
    let configured = limits.connections;
    let files = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| files(&limits));
    let room = files.map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES).max(1));
    if room < configured {
        let (room, configured) = (room.to_string(), configured.to_string());
        let known = [
            ("connections", room.as_str()),
            ("configured", configured.as_str()),
            ("detail", "the process may not open more files; raise its limit (`ulimit -n`, `LimitNOFILE`)"),
        ];
        log::line("fewer_connections", &HashMap::from(known));
    }
    room.min(configured)
}

/// How many of them one network may have: what is configured, else half of them.
pub(crate) fn most_of_one(limits: &Limits, all: usize) -> usize {
    limits.connections_per_address.unwrap_or_else(|| (all / 2).max(1))
}

/// Listens at an address such as `127.0.0.1:8080` or `localhost:0`.
pub(crate) async fn listen(address: &str) -> io::Result<TcpListener> {
    let mut last = None;
    for address in lookup_host(address).await? {
        match listen_at(address) {
            Ok(listener) => return Ok(listener),
            Err(problem) => last = Some(problem),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the name has no address")))
}

fn listen_at(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Else the port of a server that was stopped just now would stay taken for a minute.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Connections have it from their listener.
    socket.set_send_buffer_size(KEPT)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// How many files the process may open, as Linux says it.
fn files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_files_linux_lets_it_open() {
        for (limits, expected) in [
            (
                "Max processes 1 2 processes\nMax open files            1024                 1048576              files\n",
                Some(1024),
            ),
            ("Max open files            unlimited            unlimited            files\n", None),
            ("", None),
        ] {
            assert_eq!(files(limits), expected, "{limits}");
        }
    }

    #[test]
    fn each_network_has_so_many_and_has_them_again_when_they_are_gone() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let connections = Connections::new(2);
        let admit = |text| connections.admit(address(text));
        let one = admit("203.0.113.9");
        let two = admit("::ffff:203.0.113.9");
        assert!(one.is_some() && two.is_some());
        assert!(admit("203.0.113.9").is_none() && admit("203.0.113.10").is_some());
        drop(one);
        let again = admit("203.0.113.9");
        assert!(again.is_some() && admit("203.0.113.9").is_none());
        let six = (admit("2001:db8::1"), admit("2001:db8::ffff:2"));
        assert!(admit("2001:db8::3").is_none() && admit("2001:db8:0:1::3").is_some());
        drop((two, again, six));
        assert!(connections.open.lock().unwrap().is_empty());
        let any = Connections::new(0);
        let all: Vec<_> = (0..1000).map(|_| any.admit(address("203.0.113.9"))).collect();
        assert!(all.iter().all(Option::is_some));
    }

    #[test]
    fn one_network_never_has_all_places_unless_it_is_configured() {
        let of = |configured, all| {
            most_of_one(&Limits { connections_per_address: configured, ..Limits::default() }, all)
        };
        for (configured, all, expected) in [
            (None, 20_000, 10_000),
            (None, 1, 1),
            (None, 7, 3),
            (Some(0), 20_000, 0),
            (Some(256), 20_000, 256),
        ] {
            assert_eq!(of(configured, all), expected, "{configured:?} of {all}");
        }
    }
}
