//! The places of an account's players, as the store keeps them: read, changed, and written if nobody was faster.
//!
//! Nobody's sessions have no place, as nothing counts them. A record says only that one has ended: else any stranger could fill the
//! store by beginning to play.

use crate::app::App;
use crate::handle::Session;
use crate::hex::hex;
use crate::leases::{Gone, Lease, Leases};
use crate::metrics::count;
use crate::refusal::{REPLACED, Refused, SESSION_ENDED, STORE};
use crate::store::{Expect, Store as _, StoreError, Table, Write};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// For how many seconds the record of an account is kept at least.
const EMPTY: i64 = 3600;

/// What is kept of a session of nobody's that has ended.
const ENDED: &[u8] = b"{}";

/// How often a writing is tried again that somebody else was faster with.
const TRIES: u32 = 64;

/// Gives the session a place, and says who had to make room.
pub(crate) async fn begin(
    app: &App,
    session: &Session,
    lease: &Lease,
    now: i64,
) -> Result<Vec<Lease>, Refused> {
    if is_nobodys(session) {
        return Ok(Vec::new());
    }
    let terms = app.config.streams.terms();
    let (_, ended) = change(app, session, now, |leases| {
        let ended = leases.start(lease.clone(), now, &terms)?;
        Ok((true, ended))
    })
    .await?;
    Ok(ended)
}

/// Lets the session's place be its own for longer, if it still is.
pub(crate) async fn prolong(app: &App, session: &Session, now: i64) -> Result<(), Refused> {
    if is_nobodys(session) {
        is_leased(app, session, now).await?;
        count(&app.metrics.heartbeats_unwritten);
        return Ok(());
    }
    let terms = app.config.streams.terms();
    let (written, ()) = change(app, session, now, |leases| {
        let changed = leases.renew(&session.id, now, &terms).map_err(gone)?;
        Ok((changed, ()))
    })
    .await?;
    count(if written { &app.metrics.leases_renewed } else { &app.metrics.heartbeats_unwritten });
    Ok(())
}

fn gone(gone: Gone) -> Refused {
    Refused::new(match gone {
        Gone::Ended => SESSION_ENDED,
        Gone::Replaced => REPLACED,
    })
}

/// Ends a session because its player says so, and gives its place back.
pub(crate) async fn finish(app: &App, session: &Session, now: i64) -> Result<(), Refused> {
    if is_nobodys(session) {
        let expires = u64::try_from(session.login_ends).ok();
        let (table, key, expect) = (Table::Leases, place(session), Expect::Anything);
        app.store.write(Write { table, key: &key, bytes: ENDED, expires, expect }).await?;
        return Ok(());
    }
    vacate(app, session, now).await
}

/// Gives back the place of a session that may not go on, or that did not begin. Nobody's has none: a record of it would be one that any
/// stranger can make with each request, for nothing that the next decision would not say again.
pub(crate) async fn vacate(app: &App, session: &Session, now: i64) -> Result<(), Refused> {
    if is_nobodys(session) {
        return Ok(());
    }
    change(app, session, now, |leases| Ok((leases.end(&session.id, now), ()))).await.map(drop)
}

/// Whether the session's lease holds.
pub(crate) async fn is_leased(app: &App, session: &Session, now: i64) -> Result<(), Refused> {
    let record = app.store.read(Table::Leases, &place(session)).await?;
    if is_nobodys(session) {
        return record.map_or(Ok(()), |_| Err(Refused::new(SESSION_ENDED)));
    }
    let leases = record.map(|record| leases(&record.bytes)).transpose()?.unwrap_or_default();
    leases.find(&session.id, now).map(drop).ok_or_else(|| Refused::new(SESSION_ENDED))
}

/// Whether nobody is logged in.
fn is_nobodys(session: &Session) -> bool {
    session.account.is_empty()
}

/// Under which key the session's lease stands: with those of its account, or by itself.
fn place(session: &Session) -> String {
    if is_nobodys(session) {
        return format!("nobody/{}", session.id);
    }
    let plain = format!("account/{}", session.account);
    if plain.len() <= crate::store::LONGEST_KEY {
        return plain;
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, session.account.as_bytes());
    format!("account-sha256/{}", hex(digest.as_ref()))
}

fn leases(bytes: &[u8]) -> Result<Leases, Refused> {
    serde_json::from_slice(bytes)
        .map_err(|problem| StoreError::Unavailable(format!("leases cannot be read: {problem}")).into())
}

/// Changes the leases of a session's account, again and again until nobody else is faster.
async fn change<T>(
    app: &App,
    session: &Session,
    now: i64,
    mut change: impl FnMut(&mut Leases) -> Result<(bool, T), Refused>,
) -> Result<(bool, T), Refused> {
    let key = place(session);
    let terms = app.config.streams.terms();
    let mut turn = None;
    for attempt in 0..TRIES {
        let record = app.store.read(Table::Leases, &key).await?;
        let mut leases = record.as_ref().map(|record| leases(&record.bytes)).transpose()?.unwrap_or_default();
        let mended = leases.mend(now, &terms);
        let done = match change(&mut leases) {
            Ok((changed, done)) if !changed && !mended => return Ok((false, done)),
            Ok((_, done)) => Ok(done),
            // Else who is refused because of a clock that was wrong would be so until that time comes.
            Err(refused) if mended => Err(refused),
            Err(refused) => return Err(refused),
        };
        let expect = record.map_or(Expect::Absent, |record| Expect::Version(record.version));
        let bytes =
            serde_json::to_vec(&leases).map_err(|problem| StoreError::Refused(problem.to_string()))?;
        // Nobody reads an empty one for long: only who had to make room asks why.
        let expires = u64::try_from(leases.last().unwrap_or(now).max(now.saturating_add(EMPTY))).ok();
        match app.store.write(Write { table: Table::Leases, key: &key, bytes: &bytes, expires, expect }).await
        {
            Ok(_) => return done.map(|done| (true, done)),
            Err(StoreError::Conflict) => {
                count(&app.metrics.conflicts);
                if turn.is_none() {
                    // Those who met at this server go on one by one.
                    turn = Some(in_turn(&key).await);
                    continue;
                }
                // Those who met at several servers go apart.
                let mut byte = [0];
                let _ = aws_lc_rs::rand::fill(&mut byte);
                let spread = byte.first().map_or(0, |byte| u64::from(*byte));
                tokio::time::sleep(Duration::from_micros(spread * u64::from(attempt.min(50)))).await;
            }
            Err(problem) => return Err(problem.into()),
        }
    }
    Err(Refused::new(STORE))
}

/// Waits until those who came before with the same key are done. Nothing rests on it but their patience: it is the store
/// that lets only one of two writings happen.
async fn in_turn(key: &str) -> MutexGuard<'static, ()> {
    static TURNS: [Mutex<()>; 1024] = [const { Mutex::const_new(()) }; 1024];
    static NOBODYS: Mutex<()> = Mutex::const_new(());
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let number = usize::try_from(hasher.finish() % 1024).unwrap_or_default();
    TURNS.get(number).unwrap_or(&NOBODYS).lock().await
}
