//! Whether the programs that have to run still do: one that ends by itself, or is killed, is no silent failure.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// Where it is told that something has ended which was needed.
#[derive(Debug, Clone)]
pub(crate) struct Ended(UnboundedSender<&'static str>);

/// Held by whoever needs a program. When it is dropped the program may end.
#[derive(Debug)]
pub(crate) struct Needed {
    _held: oneshot::Sender<()>,
}

/// Held by whoever notices that a program ends.
#[derive(Debug)]
pub(crate) struct Watch {
    what: &'static str,
    needed: oneshot::Receiver<()>,
    tell: UnboundedSender<&'static str>,
}

impl Ended {
    /// And where it is heard.
    pub(crate) fn channel() -> (Self, UnboundedReceiver<&'static str>) {
        let (tell, heard) = unbounded_channel();
        (Self(tell), heard)
    }

    /// For a program, by what people call it.
    pub(crate) fn watch(&self, what: &'static str) -> (Needed, Watch) {
        let (held, needed) = oneshot::channel();
        (Needed { _held: held }, Watch { what, needed, tell: self.0.clone() })
    }
}

impl Watch {
    /// It has ended.
    pub(crate) fn over(mut self) {
        if self.needed.try_recv() == Err(TryRecvError::Empty) {
            // Nobody hears it any more where everything is stopping.
            let _ = self.tell.send(self.what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_that_nobody_wanted_is_told() {
        let (ended, mut heard) = Ended::channel();
        let (needed, watch) = ended.watch("the former edge");
        drop(needed);
        watch.over();
        assert!(heard.try_recv().is_err());
        let (_needed, watch) = ended.watch("the edge");
        watch.over();
        assert_eq!(heard.try_recv(), Ok("the edge"));
    }
}
