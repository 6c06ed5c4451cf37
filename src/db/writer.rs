//! SQLite's one writer, with group commit.
//!
//! SQLite lets one connection write at a time, and a durable commit waits for the disk. So all writes go
//! through one thread: it takes a job and up to 63 more that wait, runs each in a savepoint of its own,
//! commits once, and then answers all. Measured (house.md 4), that is four times as fast as a pool of
//! eight writers, and on a slow disk twenty times.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use super::connection::{DatabaseUrl, DbOptions, Purpose, Tx, panicked};
use super::error::DbError;

/// The most jobs in one commit: enough to share a slow disk, few enough that the first does not wait long.
const MOST_TOGETHER: usize = 64;

/// Whether what a job did is to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Keep,
    Undo,
}

/// A job in the queue: run inside the transaction, answered after the commit.
trait Work: Send {
    fn run(&mut self, tx: &mut Tx) -> Verdict;
    fn answer(self: Box<Self>, commit: &Result<(), String>);
}

struct Job<F, T, E> {
    work: Option<F>,
    answer: Option<Result<T, E>>,
    asker: SyncSender<Result<T, E>>,
}

impl<F, T, E> Work for Job<F, T, E>
where
    F: FnOnce(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> Verdict {
        self.answer = self.work.take().map(|work| work(tx));
        match self.answer {
            Some(Ok(_)) => Verdict::Keep,
            Some(Err(_)) | None => Verdict::Undo,
        }
    }

    /// A job's own refusal stands even when the commit of the others failed; a job without an answer
    /// panicked, or was never reached.
    fn answer(self: Box<Self>, commit: &Result<(), String>) {
        let answer = match (self.answer, commit) {
            (Some(Err(refusal)), _) => Err(refusal),
            (_, Err(why)) => Err(DbError::Unavailable(why.clone()).into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(panicked().into()),
        };
        // Whoever asked may be gone; what was committed stays.
        drop(self.asker.send(answer));
    }
}

/// The queue to the writing thread. Dropping it lets the thread finish what waits, and ends it.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(url: DatabaseUrl, options: DbOptions) -> Result<Self, DbError> {
        let tx = Tx::connect(&url, Purpose::Write, options.patience)?;
        let (queue, jobs) = sync_channel(options.queue);
        let connect = move || Tx::connect(&url, Purpose::Write, options.patience);
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(tx, &jobs, connect))
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Puts a job into the queue and waits until it is durable.
    pub(super) fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (asker, answer) = sync_channel(1);
        let job = Box::new(Job { work: Some(work), answer: None, asker });
        let queue = self.queue.as_ref().ok_or(DbError::Busy)?;
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => stopped(),
        })?;
        answer.recv().unwrap_or_else(|_| Err(stopped().into()))
    }
}

fn stopped() -> DbError {
    DbError::Unavailable("the writer has stopped".to_owned())
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) =
            self.thread.take().filter(|thread| thread.thread().id() != thread::current().id())
        {
            // It ends when the queue is empty; a panic in it was told to everybody who waited.
            drop(thread.join());
        }
    }
}

fn serve(
    mut tx: Tx,
    jobs: &Receiver<Box<dyn Work>>,
    connect: impl Fn() -> Result<Tx, diesel::ConnectionError>,
) {
    while let Ok(first) = jobs.recv() {
        let mut batch = batch_of(first, jobs);
        let commit = commit_together(&mut tx, &mut batch).map_err(|error| error.to_string());
        if commit.is_err() {
            // What the transaction's state is now, nobody knows: begin again with a new connection.
            if let Ok(fresh) = connect() {
                tx = fresh;
            }
        }
        for job in batch {
            job.answer(&commit);
        }
    }
}

fn batch_of(first: Box<dyn Work>, jobs: &Receiver<Box<dyn Work>>) -> Vec<Box<dyn Work>> {
    let mut batch = vec![first];
    while batch.len() < MOST_TOGETHER {
        match jobs.try_recv() {
            Ok(job) => batch.push(job),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    batch
}

fn commit_together(tx: &mut Tx, batch: &mut [Box<dyn Work>]) -> Result<(), DbError> {
    tx.begin(Purpose::Write)?;
    for job in batch {
        in_savepoint(tx, job.as_mut())?;
    }
    tx.keep()
}

fn in_savepoint(tx: &mut Tx, job: &mut dyn Work) -> Result<(), DbError> {
    tx.begin_inner()?;
    match catch_unwind(AssertUnwindSafe(|| job.run(tx))) {
        Ok(Verdict::Keep) => tx.keep(),
        Ok(Verdict::Undo) => tx.undo(),
        // The panic may have come from inside a savepoint that the job had opened itself.
        Err(_) => {
            while tx.depth()? > 1 {
                tx.undo()?;
            }
            Ok(())
        }
    }
}
