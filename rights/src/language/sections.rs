//! The parts of a file, and which keys stand in them.

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// The top of a file with an agreement.
    Agreement,
    /// The top of `groups.toml`.
    Shared,
    Grant,
    Blackout,
    Expect,
}

const ALL: [Section; 5] =
    [Section::Agreement, Section::Grant, Section::Blackout, Section::Expect, Section::Shared];

impl Section {
    /// In the order in which they are written.
    pub(crate) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Agreement => &["schema", "agreement", "timezone", "groups", "grant", "blackout", "expect"],
            Self::Shared => &["schema", "groups"],
            Self::Grant => &[
                "id",
                "titles",
                "territories",
                "from",
                "until",
                "tiers",
                "devices",
                "max_height",
                "max_streams",
                "drm",
            ],
            Self::Blackout => &["id", "titles", "territories", "from", "until", "message"],
            Self::Expect => &[
                "title",
                "country",
                "region",
                "tier",
                "device",
                "at",
                "outcome",
                "rule",
                "valid_until",
                "available_from",
                "max_height",
                "max_streams",
                "drm",
            ],
        }
    }

    /// For a sentence: "... has no key".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Agreement => "a policy file",
            Self::Shared => "`groups.toml`",
            Self::Grant => "a `[[grant]]`",
            Self::Blackout => "a `[[blackout]]`",
            Self::Expect => "an `[[expect]]`",
        }
    }

    /// For a sentence: "it belongs ...".
    fn place(self) -> &'static str {
        match self {
            Self::Agreement | Self::Shared => "at the top of the file, before the first `[`",
            Self::Grant => "under a `[[grant]]`",
            Self::Blackout => "under a `[[blackout]]`",
            Self::Expect => "under an `[[expect]]`",
        }
    }

    /// Where a key belongs that is none here.
    pub(crate) fn home(self, key: &str) -> Option<&'static str> {
        if matches!(key, "grant" | "blackout" | "expect" | "groups") {
            return None;
        }
        ALL.into_iter().find(|section| *section != self && section.keys().contains(&key)).map(Self::place)
    }

    /// The key that people who come from elsewhere call so.
    pub(crate) fn other_word(self, key: &str) -> Option<&'static str> {
        let meant = match key.to_ascii_lowercase().as_str() {
            "start" | "starts" | "begin" | "begins" | "start_date" | "valid_from" | "not_before" => "from",
            "end" | "ends" | "to" | "end_date" | "expires" | "valid_to" | "not_after" | "till" => "until",
            "country" | "countries" | "regions" | "region" | "where" | "places" => "territories",
            "content" | "contents" | "films" | "movies" | "assets" => "titles",
            "plan" | "plans" | "subscription" | "subscriptions" | "packages" => "tiers",
            "platform" | "platforms" | "device_types" => "devices",
            "resolution" | "max_resolution" | "height" | "quality" => "max_height",
            "streams" | "concurrency" | "max_concurrent_streams" => "max_streams",
            "name" if self == Self::Agreement => "agreement",
            "name" | "rule_id" | "key" => "id",
            "tz" | "zone" | "time_zone" => "timezone",
            "version" => "schema",
            "time" | "when" | "now" | "date" => "at",
            "result" | "decision" | "expected" | "reason" | "expect" => "outcome",
            "text" | "reason_text" | "notice" => "message",
            "rule" | "rules" | "allow" | "right" | "rights" | "window" => "grant",
            "deny" | "block" | "blackouts" => "blackout",
            "test" | "tests" | "expectation" => "expect",
            _ => return None,
        };
        self.keys().iter().copied().find(|known| *known == meant)
    }
}
