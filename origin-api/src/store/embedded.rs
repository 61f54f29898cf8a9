//! The store in one file of this machine: for one process, and safe against its end at any moment.

mod open;
mod tables;
mod writer;

use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use redb::{Error, ReadTransaction};
use tokio::sync::{Semaphore, oneshot};

use self::tables::Work;
use self::writer::{Job, Message, Shared, Writer};
use super::{Expect, LARGEST_RECORD, LONGEST_KEY, Record, Store, StoreError, Table, Write};

pub use self::open::OpenError;

/// What a waiting writing takes of the queue besides its key and bytes.
const OVERHEAD: usize = 256;

/// Most records that one sweep drops, so that no writing waits long for it.
const MOST_SWEPT: usize = 1000;

/// What a store may take of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of memory for parts of the file.
    pub cache: usize,
    /// Bytes of memory for writings that wait for the disk; more are refused as unavailable. The largest record fits always.
    pub queue: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache: 16 * 1024 * 1024, queue: 16 * 1024 * 1024 }
    }
}

/// How many commits there were, and what they took together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commits {
    /// Commits: each waits for the disk once.
    pub commits: u64,
    /// Writings in them.
    pub writings: u64,
}

/// Records in one file.
///
/// One thread writes: it takes what waits into one transaction, syncs the disk once, and answers. Readings wait for nothing
/// but the disk, and that only for what is not in memory; they run where they are asked, which is fine on a thread that
/// serves requests, as long as lists are of a hundred records and not of a million.
///
/// If the disk fails or is full, if the file goes away or is found damaged, every answer says so until the file could be
/// opened again, which is tried without end. A full disk stops the writings only.
#[derive(Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Embedded {
    /// Opens a file, or makes it if there is none. Reads all of it, to find damage.
    ///
    /// # Errors
    ///
    /// What is the matter with the file or its folder.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let opened = open::open_or_make(path, options.cache)?;
        let (queue, receiver) = mpsc::channel();
        let (writer, shared) = Writer::new(path.to_path_buf(), opened, options.cache, receiver);
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| OpenError::Other(path.display().to_string(), error.to_string()))?;
        let room = options.queue.clamp(LARGEST_RECORD + LONGEST_KEY + OVERHEAD, Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(room));
        Ok(Self { shared, queue, room, writer: Mutex::new(Some(thread)) })
    }

    /// What can be seen to be wrong with a file without opening it for writing; one that is not there is made.
    pub(crate) fn mistake(path: &Path) -> Option<OpenError> {
        open::mistake(path)
    }

    /// Drops records that expired at `now` or before, at most `limit` and at most 1,000, and says how many: call it again
    /// while it is that many.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    pub async fn sweep(&self, now: u64, limit: usize) -> Result<usize, StoreError> {
        let dropped = self.submit(Work::Sweep { now, limit: limit.min(MOST_SWEPT) }, 0).await?;
        Ok(usize::try_from(dropped).unwrap_or(usize::MAX))
    }

    /// How writings were gathered since it was opened.
    #[must_use]
    pub fn commits(&self) -> Commits {
        self.shared.commits()
    }

    /// Ends the writer when what was accepted is written, and closes the file. Whatever is asked later is unavailable.
    /// Dropping does the same, but waits for it in the thread.
    ///
    /// # Errors
    ///
    /// The file could not be closed in order: the next opening repairs it.
    pub async fn close(&self) -> Result<(), StoreError> {
        let (answer, closed) = oneshot::channel();
        if self.queue.send(Message::Close(Some(answer))).is_err() {
            return Ok(());
        }
        closed.await.unwrap_or(Ok(()))
    }

    /// Gives a work to the writer. It is done even if nobody waits for the answer any more.
    async fn submit(&self, work: Work, bytes: usize) -> Result<u64, StoreError> {
        let bytes = u32::try_from(bytes.saturating_add(OVERHEAD)).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(bytes) else {
            return Err(StoreError::Unavailable("too many writings wait for the disk; try again".to_owned()));
        };
        let (answer, answered) = oneshot::channel();
        let ended = |()| StoreError::Unavailable("it was closed".to_owned());
        self.queue.send(Message::Job(Job { work, answer, room })).map_err(|_| ended(()))?;
        answered.await.map_err(|_| ended(()))?
    }

    fn reading<T>(&self, read: impl FnOnce(&ReadTransaction) -> Result<T, Error>) -> Result<T, StoreError> {
        let (transaction, opening) = self.shared.begin_read()?;
        transaction.and_then(|transaction| open::contained(|| read(&transaction))).map_err(|error| {
            let why = self.shared.words(error);
            // Without a writer it was closed, and stays so.
            let _ = self.queue.send(Message::Failed(opening, why.clone()));
            StoreError::Unavailable(why)
        })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = self.queue.send(Message::Close(None));
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // It ended; how is of no interest any more.
            let _ = writer.join();
        }
    }
}

impl Store for Embedded {
    async fn read(&self, table: Table, key: &str) -> Result<Option<Record>, StoreError> {
        check_key(key)?;
        self.reading(|transaction| tables::read(transaction, table, key))
    }

    async fn write(&self, write: Write<'_>) -> Result<u64, StoreError> {
        let Write { table, key, bytes, expires, expect } = write;
        check_key(key)?;
        if bytes.len() > LARGEST_RECORD {
            let length = bytes.len();
            return Err(StoreError::Refused(format!(
                "the record `{key}` has {length} bytes and may have {LARGEST_RECORD}"
            )));
        }
        let size = key.len() + bytes.len();
        let work = Work::Write { table, key: key.to_owned(), bytes: bytes.to_vec(), expires, expect };
        self.submit(work, size).await
    }

    async fn remove(&self, table: Table, key: &str, expect: Expect) -> Result<(), StoreError> {
        check_key(key)?;
        let work = Work::Remove { table, key: key.to_owned(), expect };
        self.submit(work, key.len()).await.map(drop)
    }

    async fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        self.reading(|transaction| tables::list(transaction, table, after, limit))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.submit(Work::Ping, 0).await.map(drop)
    }
}

pub(super) fn check_key(key: &str) -> Result<(), StoreError> {
    match key.len() {
        0 => Err(StoreError::Refused("its key is empty".to_owned())),
        1..=LONGEST_KEY => Ok(()),
        length => Err(StoreError::Refused(format!("its key has {length} bytes and may have {LONGEST_KEY}"))),
    }
}
