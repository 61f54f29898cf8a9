//! Which address is what, and which title it belongs to.

mod template;

use template::Part;
pub use template::Template;

#[cfg(feature = "settings")]
use crate::problem::Problem;
#[cfg(feature = "settings")]
use crate::settings::RouteSettings;
use serde::{Deserialize, Serialize};

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A list of the renditions of a title: where playing begins.
    Manifest,
    /// The list of segments of one rendition.
    Playlist,
    /// A piece of media.
    Segment,
    /// A key that media are encrypted with.
    Key,
    /// A licence server.
    License,
    /// An interface that decides for itself.
    Api,
    /// Open to everybody.
    Open,
}

impl Kind {
    /// As configurations and logs write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Playlist => "playlist",
            Self::Segment => "segment",
            Self::Key => "key",
            Self::License => "license",
            Self::Api => "api",
            Self::Open => "open",
        }
    }
}

/// One route: its template, and what is done there.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Route {
    /// What it leads to.
    pub kind: Kind,
    /// What is sent as `cache-control` with good answers.
    pub cache: Option<String>,
    template: Template,
    mobile: Option<Template>,
}

/// A route that an address fits.
#[derive(Debug, Clone, Copy)]
pub struct Matched<'r> {
    /// The route.
    pub route: &'r Route,
    /// The title, if the route has one.
    pub title: Option<&'r str>,
    /// The height of the picture, if the route has one.
    pub height: Option<u16>,
    /// The path up to and with the title and the slash behind it: how far a token for it reaches.
    pub scope: &'r str,
}

impl Matched<'_> {
    /// Whether the edge decides about it. What has no title is for the origin to decide.
    #[must_use]
    pub fn is_media(&self) -> bool {
        self.title.is_some()
    }

    /// The path of the ladder for mobile devices.
    #[must_use]
    pub fn mobile_path(&self) -> Option<String> {
        self.route.mobile.as_ref().map(|template| template.path_of(self.title.unwrap_or_default()))
    }
}

/// All routes, in the order in which they are tried.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Routes {
    routes: Vec<Route>,
    /// What stands behind titles, but for names of files: no title has it in its name.
    behind_titles: Vec<Part>,
}

impl Routes {
    /// The routes of a configuration.
    ///
    /// # Errors
    /// The first that is wrong.
    #[cfg(feature = "settings")]
    pub fn new(settings: &[RouteSettings]) -> Result<Self, Problem> {
        let routes = settings.iter().enumerate().map(|(index, settings)| {
            let place = |field: &str| format!("route {}, `{field}`", index + 1);
            let template = Template::new(&settings.path).map_err(|what| Problem::at(place("path"), what))?;
            let needs_title = matches!(settings.kind, Kind::Manifest | Kind::Playlist | Kind::Segment);
            if needs_title && !template.has_title() {
                let what = format!(
                    "a {} belongs to a title; write `{{title}}` into the template",
                    settings.kind.name()
                );
                return Err(Problem::at(place("path"), what));
            }
            if matches!(settings.kind, Kind::Api | Kind::Open) && template.has_title() {
                let what = format!(
                    "`{}` is not decided upon, so `{{title}}` would be for show; write `{{rest}}`",
                    settings.kind.name()
                );
                return Err(Problem::at(place("path"), what));
            }
            let mobile = match &settings.mobile {
                None => None,
                Some(_) if settings.kind != Kind::Manifest => {
                    return Err(Problem::at(
                        place("mobile"),
                        "only manifests have a ladder for mobile devices; leave it out",
                    ));
                }
                Some(text) => {
                    Some(Template::ladder(text).map_err(|what| Problem::at(place("mobile"), what))?)
                }
            };
            let legal =
                |text: &String| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            if settings.cache.as_ref().is_some_and(|cache| !legal(cache)) {
                return Err(Problem::at(
                    place("cache"),
                    "it is no header value; write one like `public, max-age=60`",
                ));
            }
            Ok(Route { kind: settings.kind, cache: settings.cache.clone(), template, mobile })
        });
        let routes: Vec<Route> = routes.collect::<Result<_, _>>()?;
        let open = routes.iter().enumerate().filter(|(_, route)| route.kind == Kind::Open);
        for (index, open) in open {
            let below =
                |route: &&Route| route.template.has_title() && route.template.may_lie_below(&open.template);
            if let Some(media) = routes.iter().find(below) {
                let what = format!(
                    "it lies over the {}'s `{}`: what fits no route of media there would be open to everybody; name a folder of its own",
                    media.kind.name(),
                    media.template.written()
                );
                return Err(Problem::at(format!("route {}, `path`", index + 1), what));
            }
        }
        let mut behind_titles: Vec<Part> = Vec::new();
        for part in routes.iter().flat_map(|route| route.template.folders_behind_title()) {
            if !behind_titles.contains(part) {
                behind_titles.push(part.clone());
            }
        }
        Ok(Self { routes, behind_titles })
    }

    /// Whether there is a route of this kind.
    #[cfg(feature = "settings")]
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.routes.iter().any(|route| route.kind == kind)
    }

    /// The first route that a canonical path fits.
    #[must_use]
    pub fn find<'r>(&'r self, path: &'r str) -> Option<Matched<'r>> {
        self.routes.iter().find_map(|route| {
            let found = route.template.matched(path)?;
            // What stands behind titles elsewhere is no part of one: the same file would have two titles, and two rights.
            if found.title.is_some_and(|title| self.swallows(title)) {
                return None;
            }
            Some(Matched { route, title: found.title, height: found.height, scope: found.scope })
        })
    }

    /// Whether a title has, behind its first segment, one that some route has behind its title.
    fn swallows(&self, title: &str) -> bool {
        let Some((_, behind)) = title.split_once('/') else { return false };
        let stands_behind =
            |segment: &str| self.behind_titles.iter().any(|part| part.fits(segment, &mut None));
        behind.split('/').any(stands_behind)
    }

    /// A path of this title that an earlier route takes for another title's, and that title. Such a title cannot be
    /// played, and its rights would be confused with the other's.
    #[cfg(feature = "settings")]
    #[must_use]
    pub fn mistaken(&self, title: &str) -> Option<(String, String)> {
        self.routes.iter().filter(|route| route.template.has_title()).find_map(|route| {
            let path = route.template.path_of(title);
            let other = self.find(&path).and_then(|found| found.title).unwrap_or_default().to_owned();
            (other != title).then_some((path, other))
        })
    }
}
