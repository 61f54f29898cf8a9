//! A connection that ends when its client takes nothing of an answer any more, or takes it too slowly: whoever reads a byte
//! now and then keeps the answer's memory and the connection's place for no longer than this.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How slowly an answer may be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// For how long nothing may be taken of it, and how much longer than its pace says all of it may take.
    pub(crate) patience: Duration,
    /// The fewest bytes in a second, from when it first had to wait.
    pub(crate) least: u32,
}

/// A stream whose writings have to go on.
#[derive(Debug)]
pub(crate) struct Impatient<S> {
    stream: S,
    pace: Pace,
    /// While something waits to be written, or did and is not all written yet.
    owed: Option<Owed>,
}

/// What has become of writings since one had to wait.
#[derive(Debug)]
struct Owed {
    since: Instant,
    taken: u64,
    end: Pin<Box<Sleep>>,
}

impl<S> Impatient<S> {
    /// Lets a writing wait for as long as the pace allows.
    pub(crate) fn new(stream: S, pace: Pace) -> Self {
        Self { stream, pace, owed: None }
    }

    /// Passes on what a writing said, or ends it.
    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        said: Poll<io::Result<T>>,
        taken: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        let pace = self.pace;
        match said {
            Poll::Ready(Ok(done)) => {
                // What never had to wait is not timed: that is nearly everything.
                let Some(owed) = &mut self.owed else { return Poll::Ready(Ok(done)) };
                owed.taken = owed.taken.saturating_add(taken(&done) as u64);
                let (now, last) = (Instant::now(), pace.last(owed));
                if last <= now {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                owed.end.as_mut().reset(last.min(now + pace.patience));
                Poll::Ready(Ok(done))
            }
            Poll::Ready(Err(problem)) => Poll::Ready(Err(problem)),
            Poll::Pending => {
                let owed = self.owed.get_or_insert_with(|| {
                    let since = Instant::now();
                    Owed { since, taken: 0, end: Box::pin(sleep_until(since + pace.patience)) }
                });
                if owed.end.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Pending
            }
        }
    }
}

impl Pace {
    /// Until when what is owed may still be waited for, after what was taken of it.
    fn last(self, owed: &Owed) -> Instant {
        owed.since + self.patience + Duration::from_secs(owed.taken / u64::from(self.least.max(1)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, said, |written| *written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watched(context, said, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(said, Poll::Ready(Ok(()))) {
            // Everything before it is written: what follows is another answer.
            self.owed = None;
        }
        self.watched(context, said, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watched(context, said, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    /// Takes so many bytes at most when it is asked next.
    struct Client(usize);

    impl AsyncWrite for Client {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            match std::mem::take(&mut self.0).min(bytes.len()) {
                0 => Poll::Pending,
                taken => Poll::Ready(Ok(taken)),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncRead for Client {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Poll::Pending
        }
    }

    /// For how many steps of 20 ms a client that takes so many bytes in each is borne, of 25; and whether an answer ends in each step.
    async fn borne(taken: usize, ends: bool) -> usize {
        let pace = Pace { patience: Duration::from_millis(100), least: 1000 };
        let mut stream = Impatient::new(Client(0), pace);
        let mut context = Context::from_waker(Waker::noop());
        for step in 0..25 {
            stream.stream.0 = taken;
            while let Poll::Ready(said) = Pin::new(&mut stream).poll_write(&mut context, &[0; 10_000]) {
                if said.is_err() {
                    return step;
                }
            }
            if ends {
                assert!(Pin::new(&mut stream).poll_flush(&mut context).is_ready());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        25
    }

    #[test]
    fn who_takes_too_little_is_borne_for_a_while_and_who_takes_enough_for_ever() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for (taken, ends, expected) in [
            (0, false, 1..=6),
            (1, false, 1..=6),
            (10, false, 1..=6),
            (10_000, false, 25..=25),
            // What is written is not counted against what follows.
            (1, true, 25..=25),
        ] {
            let borne = runtime.block_on(borne(taken, ends));
            assert!(expected.contains(&borne), "{taken} bytes, {ends}: {borne}");
        }
    }
}
