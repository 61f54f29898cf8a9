//! The store in a `DynamoDB` table: for any number of processes and machines.
//!
//! **One table for all records.** A record is one item under `partition` and `key`, with its `bytes`, its `version`, and when it
//! has one its `expires`, by which `DynamoDB` drops it some day. No index, no transaction, no stream: a grant is one reading and
//! one conditional writing of one item, each a unit of capacity while the item is small.
//!
//! - What is *listed* (titles, revocations, policies) is in one partition for each kind, so that one question gives a page in
//!   the order of keys. It is read at starts and after changes, far below the 3,000 readings and 1,000 writings a second that
//!   `DynamoDB` does for the items of one partition.
//! - What is *asked for key by key* by every player (leases, content keys) is in 256 partitions each, by the first byte of the
//!   key's SHA-256. Heartbeats of five million players are 167,000 readings a second: 650 for each partition. Nothing that is
//!   asked often is in one place, and `DynamoDB` may split a partition further. Yet all of them can be listed in order: 256
//!   questions, whose answers are merged. Nobody but an administrator's tool should want that.
//!
//! The rule that finds a partition can never change, or records are not found any more.
//!
//! **Versions are random numbers of 64 bits**, so that none comes twice for a key even if the record was removed in between: no
//! counter has to outlive its record. A writing keeps its version through its attempts, and so is known again: where an answer
//! was lost, and the next attempt finds the condition broken by its own version, it has been done.
//!
//! **Time.** Nothing takes longer than [`Patience`] allows: an attempt that has no answer is given up, and another follows
//! while there is time. Then the store is unavailable, and of a writing nobody knows whether it happened. Readings are
//! strongly consistent.

mod items;
mod lists;
mod persist;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials as _, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use self::items::{BYTES, Condition, EXPIRES, Item, KEY, PARTITION, VERSION};
use self::persist::{Failed, persist, words};
use super::embedded::check_key;
use super::{Expect, LARGEST_RECORD, Record, Store, StoreError, Table, Write};

/// The partition and the key under which `ping` writes; no table's partition is named so.
const PING: &str = "ping";

/// What is said of a writing of which an answer was lost, when somebody has written since.
const IN_DOUBT: &str = "an answer was lost, and the record has changed since";

/// For how long the store may be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a reading or a writing with all its attempts, and for each page of a list.
    pub whole: Duration,
    /// For one attempt.
    pub attempt: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { whole: Duration::from_secs(2), attempt: Duration::from_millis(600) }
    }
}

/// Where a table is, and how it is asked.
#[derive(Debug, Clone)]
pub struct DynamoOptions {
    /// The region, such as `eu-west-1`.
    pub region: String,
    /// The table's name.
    pub table: String,
    /// Another address than the region's own.
    pub endpoint: Option<String>,
    /// Who asks. None: whoever the environment says, its files, or the machine's role, as in all of AWS's own programs.
    pub credentials: Option<Credentials>,
    /// For how long.
    pub patience: Patience,
}

/// Records in a table of `DynamoDB`. See `templates/dynamodb.yaml` for the table.
#[derive(Debug)]
pub struct Dynamo {
    options: DynamoOptions,
    /// Made with the first question: credentials may have to be looked for.
    client: OnceCell<Client>,
}

impl Dynamo {
    /// A store in the table that the options name. Nothing is asked yet.
    #[must_use]
    pub fn new(options: DynamoOptions) -> Self {
        Self { options, client: OnceCell::new() }
    }

    async fn client(&self) -> Result<&Client, StoreError> {
        self.client.get_or_try_init(|| Box::pin(connect(&self.options))).await
    }

    /// What is under a partition and a key.
    async fn get(&self, partition: &str, key: &str) -> Result<Option<Record>, StoreError> {
        let request = self
            .client()
            .await?
            .get_item()
            .table_name(&self.options.table)
            .key(PARTITION, items::text(partition))
            .key(KEY, items::text(key))
            .consistent_read(true);
        let answer = persist(self.options.patience, |_| request.clone().send()).await?;
        answer.item.map(|item| items::record(&item)).transpose()
    }

    /// Puts an item; says its version.
    async fn put(&self, partition: &str, write: Write<'_>) -> Result<u64, StoreError> {
        let condition = Condition::of(write.expect);
        let request = self
            .client()
            .await?
            .put_item()
            .table_name(&self.options.table)
            .item(PARTITION, items::text(partition))
            .item(KEY, items::text(write.key))
            .item(BYTES, items::bytes(write.bytes))
            .set_condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values);
        let request = match write.expires {
            Some(expires) => request.item(EXPIRES, items::number(expires)),
            None => request,
        };
        let first = items::random()?;
        // What is written whatever is there may be written over somebody else's by a second attempt: that is another writing.
        let version = |attempt: u64| match write.expect {
            Expect::Anything => first.wrapping_add(attempt),
            Expect::Absent | Expect::Version(_) => first,
        };
        let answer = persist(self.options.patience, |attempt| {
            let version = version(attempt.number);
            let request = request
                .clone()
                .item(VERSION, items::number(version))
                // Only then is it of interest: it may be 400 KB.
                .set_return_values_on_condition_check_failure(attempt.is_doubtful.then_some(AllOld));
            async move { request.send().await.map(|_| version) }
        });
        let (shown, is_doubtful) = match answer.await {
            Ok(version) => return Ok(version),
            Err(Failed::Condition {
                error: PutItemError::ConditionalCheckFailedException(error),
                is_doubtful,
            }) => (error.item, is_doubtful),
            Err(failed) => return Err(failed.into()),
        };
        if !is_doubtful {
            return Err(StoreError::Conflict);
        }
        if self.version_there(shown, partition, write.key).await? == Some(first) {
            return Ok(first);
        }
        Err(StoreError::Unavailable(IN_DOUBT.to_owned()))
    }

    /// Deletes an item, if there is one.
    async fn delete(&self, partition: &str, key: &str, expect: Expect) -> Result<(), StoreError> {
        let condition = Condition::of(expect);
        let request = self
            .client()
            .await?
            .delete_item()
            .table_name(&self.options.table)
            .key(PARTITION, items::text(partition))
            .key(KEY, items::text(key))
            .set_condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values);
        let answer = persist(self.options.patience, |attempt| {
            request
                .clone()
                .set_return_values_on_condition_check_failure(attempt.is_doubtful.then_some(AllOld))
                .send()
        });
        let (shown, is_doubtful) = match answer.await {
            Ok(_) => return Ok(()),
            Err(Failed::Condition {
                error: DeleteItemError::ConditionalCheckFailedException(error),
                is_doubtful,
            }) => (error.item, is_doubtful),
            Err(failed) => return Err(failed.into()),
        };
        // Where none was to be there nothing is ever changed.
        if !is_doubtful || expect == Expect::Absent {
            return Err(StoreError::Conflict);
        }
        match self.version_there(shown, partition, key).await? {
            // Whoever did it: the record of that version is gone, as it was to be.
            None => Ok(()),
            Some(_) => Err(StoreError::Unavailable(IN_DOUBT.to_owned())),
        }
    }

    /// Which version is there after a condition failed: the one that the failure showed, or else the one that is read now.
    async fn version_there(
        &self,
        shown: Option<Item>,
        partition: &str,
        key: &str,
    ) -> Result<Option<u64>, StoreError> {
        match shown {
            Some(item) => items::version(&item).map(Some),
            None => Ok(self.get(partition, key).await?.map(|record| record.version)),
        }
    }
}

impl Store for Dynamo {
    async fn read(&self, table: Table, key: &str) -> Result<Option<Record>, StoreError> {
        check_key(key)?;
        self.get(&items::partition(table, key), key).await
    }

    async fn write(&self, write: Write<'_>) -> Result<u64, StoreError> {
        check_key(write.key)?;
        if write.bytes.len() > LARGEST_RECORD {
            let (key, length) = (write.key, write.bytes.len());
            return Err(StoreError::Refused(format!(
                "the record `{key}` has {length} bytes and may have {LARGEST_RECORD}"
            )));
        }
        self.put(&items::partition(write.table, write.key), write).await
    }

    async fn remove(&self, table: Table, key: &str, expect: Expect) -> Result<(), StoreError> {
        check_key(key)?;
        self.delete(&items::partition(table, key), key, expect).await
    }

    async fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        let asking = lists::Asking {
            client: self.client().await?.clone(),
            table: self.options.table.clone(),
            patience: self.options.patience,
        };
        // No key is empty, and a question about one would be refused.
        asking.list(items::partitions(table), after.filter(|key| !key.is_empty()), limit).await
    }

    /// Writes and reads one item of its own, under no table: a unit of writing, and one of reading.
    async fn ping(&self) -> Result<(), StoreError> {
        let write =
            Write { table: Table::Titles, key: PING, bytes: b"", expires: None, expect: Expect::Anything };
        let (written, read) = tokio::join!(self.put(PING, write), self.get(PING, PING));
        written.and(read.map(drop))
    }
}

/// A client that has who it asks for. Without it every question would be waited for in vain, and nobody would know why.
async fn connect(options: &DynamoOptions) -> Result<Client, StoreError> {
    let mut shared = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(options.region.clone()))
        // Attempts are counted and timed here, where it is known what a lost answer means.
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = &options.endpoint {
        shared = shared.endpoint_url(endpoint);
    }
    if let Some(credentials) = &options.credentials {
        shared = shared.credentials_provider(credentials.clone());
    }
    let shared = shared.load().await;
    let without = |why: String| {
        StoreError::Unavailable(format!(
            "there are no credentials for DynamoDB, {why}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
        ))
    };
    if let Some(provider) = shared.credentials_provider() {
        let whole = options.patience.whole;
        timeout(whole, provider.provide_credentials())
            .await
            .map_err(|_| without(format!("or nobody gave any within {} ms", whole.as_millis())))?
            .map_err(|problem| without(words(&problem)))?;
    }
    Ok(Client::new(&shared))
}
