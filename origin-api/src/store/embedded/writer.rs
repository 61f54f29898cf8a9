//! The one thread that writes. What waits is written together: one transaction, one sync of the disk, then all the answers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use redb::{Database, Error, ReadableDatabase};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::super::StoreError;
use super::Commits;
use super::open::{self, Opened};
use super::tables::{Answer, Batch, Work};

/// Most works of one transaction, so that the first does not wait for ever for the last.
const MOST_WORKS: usize = 1024;

/// Most bytes of one transaction, for the same reason, and so that they fit into the cache.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How long no writing is tried after one went wrong; doubled each time it goes wrong again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// The most it is doubled to: so long after the disk has room again, it goes on.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// What readers and the writer share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) path: PathBuf,
    state: RwLock<State>,
    commits: AtomicU64,
    writings: AtomicU64,
}

#[derive(Debug)]
enum State {
    Open {
        database: Database,
        /// Counts the openings, so that an error of an earlier one says nothing about this one.
        opening: u64,
    },
    Away(String),
}

impl Shared {
    /// Begins a reading: what was committed before, and the opening it is of.
    pub(super) fn begin_read(&self) -> Result<(Result<redb::ReadTransaction, Error>, u64), StoreError> {
        match &*self.state() {
            State::Open { database, opening } => {
                Ok((open::contained(|| Ok(database.begin_read()?)), *opening))
            }
            State::Away(why) => Err(StoreError::Unavailable(why.clone())),
        }
    }

    /// How writings were gathered.
    pub(super) fn commits(&self) -> Commits {
        let counted = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Commits { commits: counted(&self.commits), writings: counted(&self.writings) }
    }

    /// An error in words.
    pub(super) fn words(&self, error: Error) -> String {
        open::explain(&self.path, error).to_string()
    }

    fn begin_write(&self) -> Result<redb::WriteTransaction, Error> {
        match &*self.state() {
            State::Open { database, .. } => Ok(database.begin_write()?),
            State::Away(_) => Err(Error::DatabaseClosed),
        }
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, state: State) -> State {
        std::mem::replace(&mut *self.state.write().unwrap_or_else(PoisonError::into_inner), state)
    }
}

/// What the writer is told.
pub(super) enum Message {
    Job(Job),
    /// A reading of this opening failed, and why: open the file again, and check it.
    Failed(u64, String),
    /// Write what was accepted before this, close the file, end.
    Close(Option<oneshot::Sender<Result<(), StoreError>>>),
}

/// A work, and who waits for it.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Answer>,
    /// Its place in the queue, free again when the job is gone.
    pub(super) room: OwnedSemaphorePermit,
}

impl Job {
    fn answer(self, answer: Answer) {
        // Who asked may have gone meanwhile.
        let _ = self.answer.send(answer);
    }
}

/// The writer.
pub(super) struct Writer {
    shared: Arc<Shared>,
    queue: Receiver<Message>,
    /// Taken out of the queue while jobs were gathered, to be looked at next.
    next: Option<Message>,
    cache: usize,
    opening: u64,
    last_version: u64,
    identity: open::Identity,
    /// While something is wrong: why, and until when nothing is tried.
    trouble: Option<(String, Instant)>,
    pause: Duration,
}

impl Writer {
    /// A writer of an open file, and what its readers share with it.
    pub(super) fn new(
        path: PathBuf,
        opened: Opened,
        cache: usize,
        queue: Receiver<Message>,
    ) -> (Self, Arc<Shared>) {
        let Opened { database, last_version, identity } = opened;
        let state = RwLock::new(State::Open { database, opening: 0 });
        let (commits, writings) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Arc::new(Shared { path, state, commits, writings });
        let writer = Self {
            shared: Arc::clone(&shared),
            queue,
            next: None,
            cache,
            opening: 0,
            last_version,
            identity,
            trouble: None,
            pause: SHORTEST_PAUSE,
        };
        (writer, shared)
    }

    /// Writes until it is told to close.
    pub(super) fn run(mut self) {
        loop {
            match self.receive() {
                Ok(Message::Job(job)) => match self.trouble.as_ref().map(|(why, _)| why.clone()) {
                    Some(why) => job.answer(Err(StoreError::Unavailable(why))),
                    None => self.write_together(job),
                },
                Ok(Message::Failed(opening, why)) if opening == self.opening && self.trouble.is_none() => {
                    self.open_again(&why);
                }
                // It was opened again since, or soon will be.
                Ok(Message::Failed(..)) => {}
                Ok(Message::Close(answer)) => {
                    let closed = self.close("it was closed");
                    if let Some(answer) = answer {
                        let _ = answer.send(closed);
                    }
                    return;
                }
                Err(RecvTimeoutError::Timeout) => self.try_on(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// The next message, or that it is time to try again.
    fn receive(&mut self) -> Result<Message, RecvTimeoutError> {
        if let Some(next) = self.next.take() {
            return Ok(next);
        }
        let Some((_, until)) = &self.trouble else {
            return self.queue.recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        match until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(RecvTimeoutError::Timeout),
            left => self.queue.recv_timeout(left),
        }
    }

    /// Writes a job and those that came meanwhile.
    fn write_together(&mut self, first: Job) {
        let jobs = self.gather(first);
        match open::contained(|| self.write(&jobs)) {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    job.answer(answer);
                }
            }
            Err(error) => {
                let why = self.shared.words(error);
                // First, so that who hears of it does not read what is not sure to last.
                let _ = self.close(&why);
                for job in jobs {
                    job.answer(Err(StoreError::Unavailable(why.clone())));
                }
                self.open_again(&why);
            }
        }
    }

    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut bytes = first.room.num_permits();
        let mut jobs = vec![first];
        while jobs.len() < MOST_WORKS && bytes < MOST_BYTES {
            match self.queue.try_recv() {
                Ok(Message::Job(job)) => {
                    bytes += job.room.num_permits();
                    jobs.push(job);
                }
                Ok(other) => {
                    self.next = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        jobs
    }

    /// All of them, or, as far as anybody knows, none.
    fn write(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, Error> {
        let transaction = self.shared.begin_write()?;
        let mut batch = Batch::begin(&transaction, self.last_version)?;
        let answers = jobs.iter().map(|job| batch.apply(&job.work)).collect::<Result<Vec<_>, _>>()?;
        let (last_version, changed) = batch.end()?;
        // Also if the commit fails: it may have happened, and its versions are not to be given out again.
        self.last_version = last_version;
        if changed {
            transaction.commit()?;
            self.shared.commits.fetch_add(1, Ordering::Relaxed);
            let written = |(job, answer): &(&Job, &Answer)| answer.is_ok() && !matches!(job.work, Work::Ping);
            let writings = jobs.iter().zip(&answers).filter(written).count();
            self.shared.writings.fetch_add(writings as u64, Ordering::Relaxed);
            self.pause = SHORTEST_PAUSE;
        } else {
            transaction.abort()?;
        }
        self.identity.check(&self.shared.path)?;
        Ok(answers)
    }

    /// The pause is over: writings are tried again, once the file is open.
    fn try_on(&mut self) {
        let away = matches!(&*self.shared.state(), State::Away(_));
        match self.trouble.take() {
            Some((why, _)) if away => self.open_again(&why),
            _ => {}
        }
    }

    /// After an error nothing more can be done with an open file than to close it. It is opened again at once, so that
    /// readings go on even if the disk stays full; writings pause.
    fn open_again(&mut self, why: &str) {
        // What goes wrong in closing went wrong before.
        let _ = self.close(why);
        let opened = open::open(&self.shared.path, self.cache);
        let why = match opened {
            Ok(Opened { database, last_version, identity }) => {
                self.opening += 1;
                self.last_version = self.last_version.max(last_version);
                self.identity = identity;
                self.shared.replace(State::Open { database, opening: self.opening });
                why.to_owned()
            }
            Err(error) => {
                self.shared.replace(State::Away(error.to_string()));
                error.to_string()
            }
        };
        self.trouble = Some((why, Instant::now() + self.pause));
        self.pause = LONGEST_PAUSE.min(self.pause * 2);
    }

    fn close(&mut self, why: &str) -> Result<(), StoreError> {
        match self.shared.replace(State::Away(why.to_owned())) {
            State::Open { database, .. } => open::contained(|| Ok(database.close()?))
                .map_err(|error| StoreError::Unavailable(self.shared.words(error))),
            State::Away(_) => Ok(()),
        }
    }
}
