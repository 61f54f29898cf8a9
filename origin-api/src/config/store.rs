//! `[store]`: where everything is kept.

use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// `[store]`: either a `file`, or `[store.dynamodb]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// The file of the embedded store. It is made if it is not there; its folder is not.
    pub file: Option<PathBuf>,
    /// A table of `DynamoDB`, for any number of servers.
    pub dynamodb: Option<DynamoSettings>,
}

/// `[store.dynamodb]`. Who asks is found where AWS's own programs find it: in the environment, in `~/.aws`, or in the role of
/// the machine, task or function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamoSettings {
    /// The region of the table, such as `eu-west-1`.
    pub region: String,
    /// Its name, as `templates/dynamodb.yaml` made it.
    pub table: String,
    /// Another address than the region's own, such as that of an emulator: `http://127.0.0.1:8000`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// For how many milliseconds an answer is waited for, with all attempts; then it is as if there were no store.
    #[serde(default = "two_seconds")]
    pub milliseconds: u32,
    /// For how many milliseconds one attempt may take, before it is given up and tried again; left out: three tenths of them.
    #[serde(default)]
    pub attempt_milliseconds: Option<u32>,
}

impl StoreSettings {
    pub(crate) const WHICH: &'static str = "it is either a file or a table; write `file = \"playgate.db\"`, or a table `[store.dynamodb]` with `region` and `table`, and not both";

    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if self.file.is_some() == self.dynamodb.is_some() {
            return Err(("store", Self::WHICH.to_owned()));
        }
        self.dynamodb.as_ref().map_or(Ok(()), DynamoSettings::check)
    }
}

impl fmt::Display for StoreSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, &self.dynamodb) {
            (Some(file), _) => write!(formatter, "the file {}", file.display()),
            (None, Some(table)) => {
                write!(formatter, "the table `{}` of DynamoDB in {}", table.table, table.region)
            }
            (None, None) => formatter.write_str("nowhere"),
        }
    }
}

impl DynamoSettings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        let is_of = |text: &str, more: &str| {
            text.chars().all(|character| character.is_ascii_alphanumeric() || more.contains(character))
        };
        if self.region.is_empty() || !is_of(&self.region, "-") {
            let what = format!("`{}` is no region; write one such as `eu-west-1`", self.region);
            return Err(("store.dynamodb.region", what));
        }
        if !(3..=255).contains(&self.table.len()) || !is_of(&self.table, "-_.") {
            let what = format!(
                "`{}` is no name of a table; write 3 to 255 letters, digits, `-`, `_` and `.`",
                self.table
            );
            return Err(("store.dynamodb.table", what));
        }
        if let Some(endpoint) = &self.endpoint {
            let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
                let what = format!(
                    "`{endpoint}` is no address like `http://127.0.0.1:8000`; write one, or leave it out for the region's own"
                );
                return Err(("store.dynamodb.endpoint", what));
            }
        }
        if !(100..=60_000).contains(&self.milliseconds) {
            let what = format!("{} is not between 100 and 60000; write a number that is", self.milliseconds);
            return Err(("store.dynamodb.milliseconds", what));
        }
        if let Some(attempt) = self.attempt_milliseconds
            && !(50..=self.milliseconds).contains(&attempt)
        {
            let what = format!(
                "{attempt} is not between 50 and `milliseconds`, {}; write a number that is",
                self.milliseconds
            );
            return Err(("store.dynamodb.attempt_milliseconds", what));
        }
        Ok(())
    }
}

fn two_seconds() -> u32 {
    2000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_store_and_one_that_can_be() {
        const TABLE: &str = "[dynamodb]\nregion = \"eu-west-1\"\ntable = \"playgate\"\n";
        let with = |line: &str| format!("{TABLE}{line}\n");
        let good = [
            "file = \"playgate.db\"".to_owned(),
            TABLE.to_owned(),
            with("endpoint = \"http://127.0.0.1:8000\""),
            with("endpoint = \"https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com\""),
            with("milliseconds = 100"),
            with("milliseconds = 60000\nattempt_milliseconds = 60000"),
            with("attempt_milliseconds = 50"),
        ];
        for text in good {
            let settings: StoreSettings = toml::from_str(&text).unwrap();
            assert_eq!(settings.check().err(), None, "{text}");
        }
        let wrong = [
            (String::new(), "store"),
            (format!("file = \"playgate.db\"\n{TABLE}"), "store"),
            (TABLE.replace("eu-west-1", ""), "store.dynamodb.region"),
            (TABLE.replace("eu-west-1", "eu west"), "store.dynamodb.region"),
            (TABLE.replace("eu-west-1", "eu.example.com/"), "store.dynamodb.region"),
            (TABLE.replace("playgate", "pg"), "store.dynamodb.table"),
            (TABLE.replace("playgate", &"p".repeat(256)), "store.dynamodb.table"),
            (TABLE.replace("playgate", "play gate"), "store.dynamodb.table"),
            (with("endpoint = \"127.0.0.1:8000\""), "store.dynamodb.endpoint"),
            (with("endpoint = \"http://\""), "store.dynamodb.endpoint"),
            (with("endpoint = \"ftp://127.0.0.1\""), "store.dynamodb.endpoint"),
            (with("milliseconds = 0"), "store.dynamodb.milliseconds"),
            (with("milliseconds = 60001"), "store.dynamodb.milliseconds"),
            (with("attempt_milliseconds = 49"), "store.dynamodb.attempt_milliseconds"),
            (with("attempt_milliseconds = 2001"), "store.dynamodb.attempt_milliseconds"),
        ];
        for (text, place) in wrong {
            let settings: StoreSettings = toml::from_str(&text).unwrap();
            assert_eq!(settings.check().map_err(|(place, _)| place), Err(place), "{text}");
        }
        for text in ["colour = \"red\"", "[dynamodb]\ntable = \"playgate\"", &with("colour = \"red\"")] {
            assert!(toml::from_str::<StoreSettings>(text).is_err(), "{text}");
        }
    }
}
