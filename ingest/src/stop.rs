//! Ctrl-C, and what else tells it to stop: noticed at once, acted upon where everything can be put back.

use crate::IngestError;
use std::time::Duration;
use tokio::sync::watch;

/// Whether it is to stop.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens from now on: the signals end the process no more.
    pub(crate) fn listen() -> Self {
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            let _ = tell.send(true);
            // Whoever waits for a change must not see this end as one.
            std::future::pending::<()>().await;
        });
        Self(told)
    }

    #[cfg(test)]
    pub(crate) fn requested_already() -> Self {
        Self(watch::channel(true).1)
    }

    /// Comes when it is to stop.
    pub(crate) async fn requested(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Fails if it is to stop.
    pub(crate) fn check(&self) -> Result<(), IngestError> {
        if *self.0.borrow() { Err(IngestError::Stopped) } else { Ok(()) }
    }

    /// The same a moment later: a program that the same Ctrl-C ended may be noticed first.
    pub(crate) async fn check_late(&self) -> Result<(), IngestError> {
        let _ = tokio::time::timeout(Duration::from_millis(100), self.requested()).await;
        self.check()
    }

    /// Does this unless it is to stop.
    pub(crate) async fn unless<T>(
        &self,
        doing: impl Future<Output = Result<T, String>>,
    ) -> Result<T, IngestError> {
        tokio::select! {
            done = doing => Ok(done?),
            () = self.requested() => Err(IngestError::Stopped),
        }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let all =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    if let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = all {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
