//! What is counted, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper ends of the buckets of times, in seconds.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    routes: Mutex<BTreeMap<Route, Times>>,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    pub(crate) under_way: AtomicU64,
    pub(crate) shed: AtomicU64,
    pub(crate) leases_started: AtomicU64,
    pub(crate) leases_renewed: AtomicU64,
    pub(crate) heartbeats_unwritten: AtomicU64,
    pub(crate) conflicts: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) connections_refused: AtomicU64,
    pub(crate) connections_cut: AtomicU64,
}

type Route = (String, String, u16);

#[derive(Debug, Default)]
struct Times {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts a request. Routes are templates, so that there are few.
    pub(crate) fn request(
        &self,
        method: &str,
        route: &str,
        status: u16,
        took: Duration,
        reason: Option<&'static str>,
    ) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let times = routes.entry((route.to_owned(), method.to_owned(), status)).or_default();
        let seconds = took.as_secs_f64();
        for (count, end) in times.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(seconds <= end);
        }
        times.count += 1;
        times.seconds += seconds;
        drop(routes);
        if let Some(reason) = reason {
            *self.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += 1;
        }
    }

    /// All of it as text, with what others count.
    pub(crate) fn text(&self, gauges: &[(&str, &str, f64)]) -> String {
        let mut out = String::new();
        let head = |out: &mut String, name: &str, kind: &str, help: &str| {
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        head(&mut out, "playgate_request_seconds", "histogram", "How long requests took.");
        for ((route, method, status), times) in &*self.routes.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels =
                format!("method=\"{}\",route=\"{}\",status=\"{status}\"", escaped(method), escaped(route));
            for (count, end) in times.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(out, "playgate_request_seconds_bucket{{{labels},le=\"{end}\"}} {count}");
            }
            let Times { count, seconds, .. } = times;
            let _ = writeln!(out, "playgate_request_seconds_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "playgate_request_seconds_sum{{{labels}}} {seconds}");
            let _ = writeln!(out, "playgate_request_seconds_count{{{labels}}} {count}");
        }
        head(&mut out, "playgate_refusals_total", "counter", "Refusals by reason.");
        for (reason, count) in &*self.refusals.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(out, "playgate_refusals_total{{reason=\"{reason}\"}} {count}");
        }
        let counters = [
            (
                "playgate_shed_total",
                "Requests that were not begun because too many were under way.",
                &self.shed,
            ),
            ("playgate_leases_started_total", "Playback sessions that were begun.", &self.leases_started),
            ("playgate_leases_renewed_total", "Heartbeats that wrote.", &self.leases_renewed),
            (
                "playgate_heartbeats_unwritten_total",
                "Heartbeats that changed nothing.",
                &self.heartbeats_unwritten,
            ),
            (
                "playgate_store_conflicts_total",
                "Writings that were tried again because somebody else was faster.",
                &self.conflicts,
            ),
            (
                "playgate_connections_refused_total",
                "Connections that were closed at once because their address had too many.",
                &self.connections_refused,
            ),
            (
                "playgate_connections_cut_total",
                "Connections that were closed because their client took an answer too slowly.",
                &self.connections_cut,
            ),
        ];
        for (name, help, counter) in counters {
            head(&mut out, name, "counter", help);
            let _ = writeln!(out, "{name} {}", counter.load(Ordering::Relaxed));
        }
        head(&mut out, "playgate_requests_under_way", "gauge", "Requests that are being worked on.");
        let _ = writeln!(out, "playgate_requests_under_way {}", self.under_way.load(Ordering::Relaxed));
        head(&mut out, "playgate_connections", "gauge", "Connections that are open.");
        let _ = writeln!(out, "playgate_connections {}", self.connections.load(Ordering::Relaxed));
        for (name, help, value) in gauges {
            head(&mut out, name, "gauge", help);
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }
}

/// Counts one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
