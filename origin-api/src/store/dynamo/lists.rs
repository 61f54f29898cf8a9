//! Lists: of one partition as it is, of many merged.

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Patience;
use super::items::{self, KEY, PARTITION};
use super::persist::persist;
use crate::store::{Record, StoreError};

/// The most records that one question asks for.
const MOST: usize = 1000;

/// The most questions at once for one list.
const AT_ONCE: usize = 32;

/// What it takes to ask.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) patience: Patience,
}

/// A partition, as far as it was read.
#[derive(Debug)]
struct Part {
    partition: String,
    /// What was read and not taken.
    found: VecDeque<(String, Record)>,
    /// Behind which key more may be.
    after: Option<String>,
    has_more: bool,
}

impl Asking {
    /// At most so many records behind a key, of all these partitions, in the order of keys.
    pub(super) async fn list(
        &self,
        partitions: Vec<String>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        // Keys are spread evenly, so that a little more than its share is mostly enough of each.
        let share = match partitions.len() {
            0 | 1 => limit,
            many => 2 * limit.div_ceil(many) + 2,
        };
        let part = |partition| Part {
            partition,
            found: VecDeque::new(),
            after: after.map(str::to_owned),
            has_more: true,
        };
        let mut parts: Vec<Part> = partitions.into_iter().map(part).collect();
        let mut taken = Vec::new();
        while taken.len() < limit {
            self.fill(&mut parts, share.min(limit)).await?;
            // What is first among those found is first of all only while something is found of each.
            while taken.len() < limit && parts.iter().all(|part| !part.has_more || !part.found.is_empty()) {
                let first = parts
                    .iter_mut()
                    .filter(|part| !part.found.is_empty())
                    .min_by(|one, other| front(one).cmp(&front(other)));
                match first.and_then(|part| part.found.pop_front()) {
                    Some(record) => taken.push(record),
                    None => return Ok(taken),
                }
            }
        }
        Ok(taken)
    }

    /// Reads on in each partition of which nothing is left.
    async fn fill(&self, parts: &mut [Part], limit: usize) -> Result<(), StoreError> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for (number, part) in parts.iter().enumerate() {
            if part.has_more && part.found.is_empty() {
                let (asking, turns) = (self.clone(), Arc::clone(&turns));
                let (partition, after) = (part.partition.clone(), part.after.clone());
                tasks.spawn(async move {
                    let _turn = turns.acquire_owned().await;
                    (number, asking.page(&partition, after.as_deref(), limit).await)
                });
            }
        }
        while let Some(done) = tasks.join_next().await {
            let (number, page) = done.map_err(|problem| StoreError::Unavailable(problem.to_string()))?;
            let (found, has_more) = page?;
            if let Some(part) = parts.get_mut(number) {
                part.after = found.last().map(|(key, _)| key.clone()).or(part.after.take());
                part.found = found.into();
                part.has_more = has_more;
            }
        }
        Ok(())
    }

    /// One page of a partition, and whether there is more behind it.
    async fn page(
        &self,
        partition: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<(String, Record)>, bool), StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(i32::try_from(limit.min(MOST)).unwrap_or(i32::MAX))
            .expression_attribute_names("#p", PARTITION)
            .expression_attribute_values(":p", items::text(partition));
        let request = match after {
            Some(after) => request
                .key_condition_expression("#p = :p AND #k > :k")
                .expression_attribute_names("#k", KEY)
                .expression_attribute_values(":k", items::text(after)),
            None => request.key_condition_expression("#p = :p"),
        };
        let answer = persist(self.patience, |_| request.clone().send()).await?;
        let has_more = answer.last_evaluated_key.is_some();
        let record = |item: &items::Item| Ok((items::key(item)?, items::record(item)?));
        let page: Vec<_> = answer.items().iter().map(record).collect::<Result<_, StoreError>>()?;
        if page.is_empty() && has_more {
            return Err(StoreError::Unavailable(
                "DynamoDB says that there is more, and shows nothing".to_owned(),
            ));
        }
        Ok((page, has_more))
    }
}

fn front(part: &Part) -> Option<&str> {
    part.found.front().map(|(key, _)| key.as_str())
}
