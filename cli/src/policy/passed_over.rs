//! Files that somebody may take for policies, and that are none by their name.

use super::folder::{PASSED_OVER, is_policy, quoted};
use rights::language::Problem;
use std::path::Path;

/// The groups for all files stand here.
const SHARED: &str = "groups.toml";

/// What is odd about the name of a file in a policy folder.
pub(super) fn remark_on_name(inner: &str) -> Option<Problem> {
    let name = inner.rsplit('/').next().unwrap_or(inner);
    let (what, meant) = if is_policy(Path::new(name)) {
        let is_nearly_shared = inner != SHARED && inner.eq_ignore_ascii_case(SHARED);
        let what = "this is read as an agreement, and not as the groups for all files";
        (what, is_nearly_shared.then(|| SHARED.to_owned())?)
    } else {
        ("this file is passed over: only names that end in `.toml` count", meant_by(name)?)
    };
    let problem = Problem::of_folder(PASSED_OVER, what);
    let help = format!("rename it to {}, or leave it if that is meant", quoted(&meant));
    Some(Problem { file: inner.to_owned(), ..problem.help(help).warning() })
}

/// The name with the ending that was probably meant.
fn meant_by(name: &str) -> Option<String> {
    let small = name.to_ascii_lowercase();
    let stem = small
        .rfind(".toml")
        .or_else(|| [".tml", ".tom"].iter().find_map(|ending| small.strip_suffix(ending)).map(str::len))?;
    // Small letters have as many bytes, as only those of ASCII were changed.
    let meant = format!("{}.toml", name.get(..stem)?);
    Some(if meant.eq_ignore_ascii_case(SHARED) { SHARED.to_owned() } else { meant })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_look_like_policies_are_remarked_on() {
        for (inner, meant) in [
            ("new.toml.txt", Some("new.toml")),
            ("new.TOML", Some("new.toml")),
            ("New.Toml", Some("New.toml")),
            ("new.tml", Some("new.toml")),
            ("new.TOM", Some("new.toml")),
            ("new.toml~", Some("new.toml")),
            ("new.toml.toml.bak", Some("new.toml.toml")),
            ("a/b/new.tml", Some("new.toml")),
            ("Groups.toml", Some("groups.toml")),
            ("GROUPS.TOML", Some("groups.toml")),
            ("é.TOML", Some("é.toml")),
            ("groups.toml", None),
            ("a/Groups.toml", None),
            ("a.toml", None),
            ("README.md", None),
            ("policy.schema.json", None),
            ("toml", None),
            ("a.tml/README", None),
            ("", None),
        ] {
            let help = remark_on_name(inner).and_then(|problem| problem.help);
            let expected = meant.map(|meant| format!("rename it to `{meant}`, or leave it if that is meant"));
            assert_eq!(help, expected, "{inner}");
        }
    }
}
