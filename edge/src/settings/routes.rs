//! `[[route]]`: which addresses are what.

use crate::route::Kind;
use serde::Deserialize;

/// `[[route]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSettings {
    /// What it leads to.
    pub kind: Kind,
    /// The template, such as `/vod/{title}/{height}p/{segment}`.
    pub path: String,
    /// For a manifest: the template of the ladder that mobile devices get instead.
    #[serde(default)]
    pub mobile: Option<String>,
    /// The `cache-control` of good answers; left out: media are not cached by viewers, and other answers keep theirs.
    #[serde(default)]
    pub cache: Option<String>,
}

/// The routes of a configuration that names none. Viewers' own caches may keep what they got; caches that many share may not,
/// for what one may watch another may not.
#[must_use]
pub fn usual() -> Vec<RouteSettings> {
    let ladder = "private, max-age=60";
    let year = "private, max-age=31536000, immutable";
    let mut routes = Vec::new();
    let mut add = |kind: Kind, path: String, cache: Option<&str>| {
        routes.push(RouteSettings { kind, path, mobile: None, cache: cache.map(str::to_owned) });
    };
    for (root, lists, parts) in
        [("/vod/{title}", ladder, year), ("/live/{title}", "private, max-age=1", "private, max-age=600")]
    {
        add(Kind::Manifest, format!("{root}/mobile/master.m3u8"), Some(lists));
        add(Kind::Manifest, format!("{root}/master.m3u8"), Some(lists));
        for below in ["mobile/{height}p", "audio/{segment}", "text/{segment}", "{height}p"] {
            add(Kind::Playlist, format!("{root}/{below}/index.m3u8"), Some(lists));
            add(Kind::Segment, format!("{root}/{below}/{{segment}}"), Some(parts));
        }
        add(Kind::Key, format!("{root}/keys/{{segment}}"), Some("no-store"));
    }
    for (kind, path) in
        [(Kind::Key, "/v1/keys/{rest}"), (Kind::License, "/v1/licenses/{rest}"), (Kind::Api, "/v1/{rest}")]
    {
        add(kind, path.to_owned(), None);
    }
    for route in &mut routes {
        if let Some(title) = route.path.strip_suffix("/master.m3u8").filter(|path| path.ends_with("{title}"))
        {
            route.mobile = Some(format!("{title}/mobile/master.m3u8"));
        }
    }
    routes
}
