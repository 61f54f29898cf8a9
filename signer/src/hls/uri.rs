//! One URI: whether it gets the addition, and where.

use super::MAX_LINE;
use super::addition::Addition;
use super::base::BaseUrl;
use super::error::HlsError;
use super::path::{climbs, folder, is_below, without_dots};
use super::place::Place;
use super::scan::is_plain;
use super::variables::Variables;

/// The longest URI that is built from variables: no CDN takes one of half that length.
const MAX_EXPANDED: usize = 16 * 1024;

/// Puts the addition on URIs.
#[derive(Clone)]
pub(super) struct Editor {
    base: Option<BaseUrl>,
    work: Work,
}

#[derive(Clone)]
enum Work {
    /// The query, with the `?` before it, and the names of its parameters.
    Query {
        text: Vec<u8>,
        names: Vec<Vec<u8>>,
    },
    Prefix(Prefix),
    Nothing,
}

#[derive(Clone)]
struct Prefix {
    text: Vec<u8>,
    /// The playlist's folder, as if it had been asked for without the prefix.
    folder: Option<Vec<u8>>,
}

/// What happens to a URI; offsets count in the URI with its variables put in.
enum Edit {
    Keep,
    Query { at: usize, joint: u8 },
    Prefix { at: usize, slash: bool },
    Path { from: usize, to: usize, path: Vec<u8> },
}

/// What happens to URIs that are nothing but a path of letters, digits and the like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plain<'a> {
    /// This is put after each.
    Append(&'a [u8]),
    /// Those stay that certainly inherit the prefix.
    Inherit {
        /// Whether one that climbs must be told from the others.
        depth_matters: bool,
    },
    /// All stay.
    Keep,
}

impl Plain<'_> {
    /// Whether this URI certainly stays as it is.
    pub(super) fn keeps(self, uri: &[u8]) -> bool {
        match self {
            Self::Append(_) => false,
            Self::Inherit { depth_matters: false } => uri.first() != Some(&b'/'),
            Self::Inherit { depth_matters: true } => {
                // No dot segment, and nothing that browsers take for a slash.
                !matches!(uri.first(), Some(b'/' | b'.'))
                    && !uri.windows(2).any(|pair| matches!(pair, [b'/', b'.'] | [b'\\', _]))
            }
            Self::Keep => true,
        }
    }
}

impl Editor {
    pub(super) fn new(addition: Addition, base: Option<BaseUrl>) -> Self {
        let work = match addition {
            Addition::Query(query) => {
                let query = query.as_str().as_bytes();
                let names = names(query).map(<[u8]>::to_vec).collect();
                Work::Query { text: [b"?", query].concat(), names }
            }
            Addition::PathPrefix(prefix) => {
                let text = prefix.as_str().as_bytes().to_vec();
                let path = base.as_ref().map(BaseUrl::path);
                let inner = path.map(|path| {
                    if is_below(path, &text) { path.get(text.len()..).unwrap_or_default() } else { path }
                });
                let folder =
                    inner.map(|path| if path.is_empty() { b"/".to_vec() } else { folder(path).to_vec() });
                Work::Prefix(Prefix { text, folder })
            }
            Addition::Nothing => Work::Nothing,
        };
        Self { base, work }
    }

    pub(super) fn base(&self) -> Option<&BaseUrl> {
        self.base.as_ref()
    }

    /// How absolute URIs on the own host begin, where what is added to them is what is added to plain ones.
    pub(super) fn own_origin(&self) -> Option<Vec<u8>> {
        matches!(self.work, Work::Query { .. }).then(|| self.base.as_ref().map(BaseUrl::origin)).flatten()
    }

    pub(super) fn adds_nothing(&self) -> bool {
        matches!(self.work, Work::Nothing)
    }

    pub(super) fn plain(&self) -> Plain<'_> {
        match &self.work {
            Work::Query { text, .. } => Plain::Append(text),
            Work::Prefix(prefix) => Plain::Inherit { depth_matters: prefix.folder.is_some() },
            Work::Nothing => Plain::Keep,
        }
    }

    /// The first parameter of a URI that is to be added to it, too.
    pub(super) fn repeated(&self, uri: &[u8]) -> Option<&[u8]> {
        let Work::Query { names: added, .. } = &self.work else { return None };
        let query = uri.get(memchr::memchr(b'?', uri)? + 1..)?;
        let query = query.get(..memchr::memchr(b'#', query).unwrap_or(query.len()))?;
        names(query).find_map(|name| added.iter().find(|added| *added == name)).map(Vec::as_slice)
    }

    /// Writes a URI with its addition. Blanks around it stay where they are.
    ///
    /// # Errors
    /// If a variable stands in the way.
    pub(super) fn write(
        &self,
        raw: &[u8],
        variables: &Variables,
        line: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), HlsError> {
        if let Work::Query { text, .. } = &self.work
            && is_plain(raw)
        {
            out.extend_from_slice(raw);
            out.extend_from_slice(text);
            return Ok(());
        }
        let from = raw.len() - raw.trim_ascii_start().len();
        let (lead, rest) = raw.split_at_checked(from).unwrap_or((raw, b""));
        let (uri, trail) = rest.split_at_checked(rest.trim_ascii_end().len()).unwrap_or((rest, b""));
        let expansion = variables.expand(uri, MAX_EXPANDED).map_err(|_| HlsError::LineTooLong { line })?;
        if expansion.view.len() > MAX_LINE {
            return Err(HlsError::LineTooLong { line });
        }
        if let Some(name) = &expansion.unknown {
            if Place::surely_elsewhere(&expansion.view, self.base()) {
                out.extend_from_slice(raw);
                return Ok(());
            }
            if !self.settled(&expansion.view) {
                return Err(HlsError::UnknownVariable { line, name: name.clone() });
            }
        }
        let inside = |name| HlsError::InsideVariable { line, name };
        let edit = self.edit(&expansion.view);
        if matches!(edit, Edit::Query { joint: b'&', .. })
            && let Some(name) = self.repeated(&expansion.view)
        {
            return Err(HlsError::AlreadyThere { line, name: String::from_utf8_lossy(name).into_owned() });
        }
        let (from, to) = match &edit {
            Edit::Keep => (uri.len(), uri.len()),
            Edit::Query { at, .. } | Edit::Prefix { at, .. } => {
                let at = expansion.raw_offset(*at).map_err(inside)?;
                (at, at)
            }
            Edit::Path { from, to, .. } => match expansion.first_variable() {
                Some(name) => return Err(inside(name)),
                None => (*from, *to),
            },
        };
        out.extend_from_slice(lead);
        out.extend_from_slice(uri.get(..from).unwrap_or_default());
        self.add(&edit, out);
        out.extend_from_slice(uri.get(to..).unwrap_or_default());
        out.extend_from_slice(trail);
        Ok(())
    }

    /// Whether the beginning of a URI settles what happens to it, whatever follows.
    fn settled(&self, beginning: &[u8]) -> bool {
        match &self.work {
            Work::Query { .. } => beginning.contains(&b'#'),
            Work::Prefix(_) => beginning.iter().any(|byte| matches!(byte, b'?' | b'#')),
            Work::Nothing => true,
        }
    }

    fn edit(&self, uri: &[u8]) -> Edit {
        let place = Place::of(uri, self.base());
        match (&self.work, place) {
            (Work::Nothing, _) | (_, Place::Itself | Place::Elsewhere) => Edit::Keep,
            (Work::Query { .. }, _) => {
                let at = memchr::memchr(b'#', uri).unwrap_or(uri.len());
                let has_query = uri.get(..at).is_some_and(|before| before.contains(&b'?'));
                Edit::Query { at, joint: if has_query { b'&' } else { b'?' } }
            }
            (Work::Prefix(prefix), Place::Relative) => prefix.relative(uri),
            (Work::Prefix(prefix), Place::Rooted(at)) => prefix.rooted(uri, at),
        }
    }

    fn add(&self, edit: &Edit, out: &mut Vec<u8>) {
        match (&self.work, edit) {
            (Work::Query { text, .. }, Edit::Query { joint, .. }) => {
                out.push(*joint);
                out.extend_from_slice(text.get(1..).unwrap_or_default());
            }
            (Work::Prefix(prefix), Edit::Prefix { slash, .. }) => {
                out.extend_from_slice(&prefix.text);
                out.extend(slash.then_some(b'/'));
            }
            (_, Edit::Path { path, .. }) => out.extend_from_slice(path),
            _ => {}
        }
    }
}

impl Prefix {
    /// A relative URI inherits the prefix from the playlist's address, unless it climbs out of it: then it is
    /// written from the root, as it resolves without the prefix.
    fn relative(&self, uri: &[u8]) -> Edit {
        let Some(folder) = &self.folder else {
            return Edit::Keep;
        };
        let end = path_end(uri, 0);
        let path = uri.get(..end).unwrap_or_default();
        let depth = memchr::memchr_iter(b'/', folder).count().saturating_sub(1);
        if !climbs(depth, path) {
            return Edit::Keep;
        }
        let resolved = without_dots(&[folder, path].concat());
        Edit::Path { from: 0, to: end, path: [self.text.as_slice(), &resolved].concat() }
    }

    fn rooted(&self, uri: &[u8], at: usize) -> Edit {
        let end = path_end(uri, at);
        let path = uri.get(at..end).unwrap_or_default();
        if climbs(0, path.strip_prefix(b"/").unwrap_or(path)) {
            let resolved = without_dots(path);
            let prefix = if is_below(&resolved, &self.text) { b"".as_slice() } else { &self.text };
            return Edit::Path { from: at, to: end, path: [prefix, &resolved].concat() };
        }
        match path.strip_prefix(self.text.as_slice()) {
            Some(inner)
                if is_below(path, &self.text) && !climbs(0, inner.strip_prefix(b"/").unwrap_or(inner)) =>
            {
                Edit::Keep
            }
            _ => Edit::Prefix { at, slash: path.is_empty() },
        }
    }
}

/// The names of a query's parameters. What has no name repeats nothing.
fn names(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    let pairs = query.split(|byte| *byte == b'&');
    pairs.filter_map(|pair| pair.split(|byte| *byte == b'=').next()).filter(|name| !name.is_empty())
}

fn path_end(uri: &[u8], from: usize) -> usize {
    let rest = uri.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(rest.len())
}
