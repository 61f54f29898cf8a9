//! Asking again, for as long as it may help and there is time.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use aws_lc_rs::rand;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use tokio::time::{Instant, sleep, timeout};

use super::Patience;
use crate::store::StoreError;

/// The most attempts for one question.
const ATTEMPTS: u64 = 4;

/// For how long the first attempt that failed is slept over, at most; for the next ones twice as long each.
const PAUSE: Duration = Duration::from_millis(50);

/// Which attempt it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// From 0 on.
    pub(super) number: u64,
    /// Whether one before it may have been done, and only its answer was lost.
    pub(super) is_doubtful: bool,
}

/// Why it was not done, as far as is known.
#[derive(Debug)]
pub(super) enum Failed<E> {
    /// Its condition did not hold. Where an attempt before was doubtful, that may be its own doing.
    Condition { error: E, is_doubtful: bool },
    /// There is no answer that helps.
    Unavailable(String),
}

impl<E: Error> From<Failed<E>> for StoreError {
    fn from(failed: Failed<E>) -> Self {
        match failed {
            Failed::Unavailable(words) => Self::Unavailable(words),
            // Only of a question that has none.
            Failed::Condition { error, .. } => Self::Unavailable(words(&error)),
        }
    }
}

/// What went wrong with one attempt.
enum Trouble<E> {
    Condition(E),
    /// It was not done; another time it may be.
    Busy(String),
    /// Nobody knows whether it was done.
    Lost(String),
    /// It will not be done, however often it is asked for.
    Useless(String),
}

/// Asks until there is an answer, until none can be hoped for, or until patience ends.
pub(super) async fn persist<T, E, F>(patience: Patience, ask: impl Fn(Attempt) -> F) -> Result<T, Failed<E>>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    let end = Instant::now() + patience.whole;
    let mut is_doubtful = false;
    let mut last = String::new();
    for number in 0..ATTEMPTS {
        if number > 0 {
            sleep(pause(number).min(end.saturating_duration_since(Instant::now()))).await;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let time = patience.attempt.min(left);
        // In a box: what the SDK does is large, and whoever waits for a store is among very many.
        let asked = Box::pin(ask(Attempt { number, is_doubtful }));
        let trouble = match timeout(time, asked).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => sort(error),
            Err(_) => Trouble::Lost(format!("DynamoDB does not answer within {} ms", time.as_millis())),
        };
        last = match trouble {
            Trouble::Condition(error) => return Err(Failed::Condition { error, is_doubtful }),
            Trouble::Useless(words) => return Err(Failed::Unavailable(words)),
            Trouble::Busy(words) => words,
            Trouble::Lost(words) => {
                is_doubtful = true;
                words
            }
        };
    }
    Err(Failed::Unavailable(last))
}

fn sort<E: ProvideErrorMetadata + Error + 'static>(error: SdkError<E>) -> Trouble<E> {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let error = answer.into_err();
            let words = format!(
                "DynamoDB says {}",
                match (error.code(), error.message()) {
                    (Some(code), Some(message)) => format!("{code}: {message}"),
                    (Some(code), None) => code.to_owned(),
                    (None, _) => format!("{status}, and nothing that can be read"),
                }
            );
            match error.code() {
                Some("ConditionalCheckFailedException") => Trouble::Condition(error),
                Some(
                    "ProvisionedThroughputExceededException"
                    | "RequestLimitExceeded"
                    | "ReplicatedWriteConflictException"
                    | "ThrottlingException"
                    | "TransactionConflictException",
                ) => Trouble::Busy(words),
                _ if status == 429 => Trouble::Busy(words),
                _ if status >= 500 => Trouble::Lost(words),
                _ => Trouble::Useless(words),
            }
        }
        // It never left, mostly for want of credentials, which may yet come.
        SdkError::ConstructionFailure(_) => Trouble::Busy(words(&error)),
        error => Trouble::Lost(words(&error)),
    }
}

/// An error and what is behind it, in one line.
pub(super) fn words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words.push_str(": ");
        words.push_str(&error.to_string());
        source = error.source();
    }
    words
}

/// Some time, and never the same for two that failed together.
fn pause(number: u64) -> Duration {
    let mut part = [0];
    // Without randomness all wait for as long as anybody: nothing worse.
    let part = rand::fill(&mut part).map_or(u8::MAX, |()| part[0]);
    let doubled = 1 << (number.saturating_sub(1)).min(8);
    PAUSE * doubled * u32::from(part) / u32::from(u8::MAX)
}
