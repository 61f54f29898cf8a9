//! What is no TOML: what is said of it, where, and what is said of the rest of the file.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

use rights::language::{Problem, Severity, SourceFile, read};

const MORE: &str = "there may be more mistakes in this file once this is mended";

fn problems(text: &str) -> Vec<Problem> {
    read(&[SourceFile { path: "a.toml", text: text.as_bytes() }]).expect_err(text).into_vec()
}

/// A file in which this stands among the keys of a grant, on line 8.
fn with(lines: &str) -> String {
    format!(
        "schema = 1\nagreement = \"a\"\n[[grant]]\nid = \"g\"\ntitles = [\"acme/*\"]\nfrom = 2026-01-01T00:00:00Z\n\
         tiers = [\"premium\"]\n{lines}\n"
    )
}

/// Each is one mistake, and is told once.
#[test]
fn every_slip_is_told_in_words() {
    // what is written, where (line of the file, column), what the message says, what the help says
    let cases = [
        ("until = 31.06.2027", (8, 9), "June has 30 days", "`2026-01-31`"),
        ("until = 13.13.2027", (8, 9), "there is no month 13", "`2026-01-31`"),
        ("until = 2027-06-31", (8, 9), "June has 30 days", "`2026-01-31`"),
        ("until = 2027-02-29", (8, 9), "February 2027 has 28 days", "`2026-01-31`"),
        ("until = 31.12.2026", (8, 9), "not how a date is written", "did you mean `2026-12-31`?"),
        ("until = 31/12/2026", (8, 9), "not how a date is written", "did you mean `2026-12-31`?"),
        ("until = 01/01/2027", (8, 9), "not how a date is written", "did you mean `2027-01-01`?"),
        (
            "until = 01/02/2027",
            (8, 9),
            "not how a date",
            "`2027-02-01` if the day came first, or `2027-01-02`",
        ),
        ("until = 01-01-2027", (8, 9), "not how a date is written", "`2027-01-01`"),
        ("until = 1 Jan 2027", (8, 9), "not how a date is written", "`2027-01-01`"),
        ("until = 2O27-01-01", (8, 9), "not how a date is written", "`2027-01-01`"),
        ("until = 2027–01–01", (8, 9), "not how a date is written", "`2027-01-01`"),
        ("until = 31.12.2026 20:00", (8, 9), "not how a date is written", "`2026-12-31T20:00`"),
        ("until = tomorrow", (8, 9), "not how a date is written", "`2026-01-31`"),
        ("until = 2027-01-01T24:00:00", (8, 9), "not a time that there is", "that of the next day"),
        ("until = 2027-01-01T8:00", (8, 9), "not a time that there is", "two digits"),
        ("until = 2027-01-01T08:00:00+0100", (8, 9), "not a time that there is", "`+01:00`"),
        ("max_height = 4K", (8, 14), "not a number", "`2160`"),
        ("max_height = 8K", (8, 14), "not a number", "`4320`"),
        ("max_height = HD", (8, 14), "not a number", "`720`"),
        ("max_height = FHD", (8, 14), "not a number", "`1080`"),
        ("max_height = 1080p", (8, 14), "not a number", "`1080`"),
        ("max_height = 1,080", (8, 14), "not how a number is written", "`1080`"),
        ("max_height = 1 080", (8, 14), "not how a number is written", "`1080`"),
        ("message == \"kenya\"", (8, 10), "one `=` too many", "`message = \"kenya\"`"),
        ("message \"kenya\"", (8, 9), "no `=` behind `message`", "`message = \"kenya\"`"),
        ("message: \"kenya\"", (8, 8), "`message` has no value", "`=` instead of `:`"),
        ("message = kenya", (8, 11), "without quotes", "`\"kenya\"`"),
        ("message = \"kenya", (8, 17), "a quote is missing", "on the same line"),
        ("message = 'kenya", (8, 17), "a quote is missing", "`'`"),
        ("message = \"\"\"kenya", (8, 11), "this text is not closed", "`\"\"\"`"),
        ("message = \"ke\"ny\"a\"", (8, 15), "goes on behind its value", "inside a text write `'`"),
        ("message = \"kenya\";", (8, 18), "goes on behind its value", "remove the `;`"),
        ("drm = True", (8, 7), "without quotes", "write `true`"),
        ("max height = 720", (8, 5), "`max height` is not one key", "`max_height`"),
        ("devices\u{a0}= [\"tv\"]", (8, 8), "a non-breaking space", "ordinary"),
        ("devices =\u{a0}[\"tv\"]", (8, 10), "a non-breaking space", "ordinary"),
        ("- drm = true", (8, 3), "does not begin with `-`", "`drm = true`"),
        ("devices = [tv, \"cast\"]", (8, 12), "without quotes", "`\"tv\"`"),
        ("devices = [\"tv\"; \"cast\"]", (8, 16), "a comma between them", "instead of `;`"),
        ("devices = [\"tv\" \"cast\"]", (8, 15), "a comma is missing behind `\"tv\"`", "`,`"),
        ("devices = [\n  \"tv\"\n  \"cast\",\n]", (9, 6), "a comma is missing behind `\"tv\"`", "`,`"),
        ("devices = [\n  \"tv\" # one\n\n  # two\n  \"cast\"]", (9, 6), "missing behind `\"tv\"`", "`,`"),
        ("devices = [\"tv\"\ndrm = true", (8, 11), "this list is not closed", "write `]`"),
        ("devices = [\n  \"tv\",\n\n[[grant]]\nid = \"h\"", (8, 11), "this list is not closed", "write `]`"),
        ("devices = \"tv\"]", (8, 15), "goes on behind its value", "write `[`"),
        ("devices = \"tv\", \"cast\"", (8, 15), "goes on behind its value", "put it in `[ ]`"),
        ("devices = (\"tv\")", (8, 11), "`( )`", "write it in `[ ]`"),
        ("devices = { \"tv\"", (8, 11), "begins with this `{`", "`[ ]`"),
        ("devices = \"tv\" }", (8, 16), "goes on behind", "remove it"),
        ("devices =] \"tv\"", (8, 10), "closes nothing", "write `[`"),
        ("devices = [= \"tv\"]", (8, 12), "an `=` does not stand in a list", "remove it"),
        ("]", (8, 1), "closes nothing", "remove it"),
        ("= 720", (8, 1), "a name is missing", "before the `=`"),
        ("[[blackout]", (8, 12), "is not closed", "`]]`"),
        ("[blackout", (8, 10), "is not closed", "write `[[blackout]]`"),
        ("blackout]]", (8, 9), "a bracket is missing", "write `[[blackout]]`"),
        ("[[blackout]] id = \"b\"", (8, 14), "behind the section's name", "alone on its line"),
        (
            "[expect]\ntitle = \"a\"\n[expect]\ntitle = \"b\"",
            (10, 2),
            "second time",
            "`[[expect]]`, with two brackets",
        ),
    ];
    for (written, (line, column), message, help) in cases {
        let mut found = problems(&with(written));
        found.retain(|problem| problem.code != "wrong-type");
        let [problem] = found.as_slice() else { panic!("{written}: {found:#?}") };
        assert_eq!((problem.line, problem.column), (line, column), "{written}: {problem}");
        assert_eq!(problem.severity, Severity::Error);
        assert!(problem.message.contains(message), "{written}: {problem}");
        let told = problem.help.clone().unwrap_or_default();
        assert!(told.contains(help) && told.ends_with(MORE), "{written}: {problem}");
    }
}

#[test]
fn a_second_time_zone_has_a_way_out() {
    let text = "timezone = \"UTC\"\ntimezone = \"Asia/Tokyo\"\n".to_owned() + &with("");
    let found = problems(&text);
    let [problem] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((problem.code, problem.line), ("duplicate-key", 2));
    let help = problem.help.clone().unwrap_or_default();
    assert!(
        help.contains("`2027-01-01T20:00:00-03:00`, or put these grants into a file of their own"),
        "{help}"
    );
}

#[test]
fn line_ends_of_another_age_are_told() {
    let found = problems(&with("drm = true").replace('\n', "\r"));
    let [problem] = found.as_slice() else { panic!("{found:#?}") };
    assert!(problem.message.contains("CR") && problem.help.as_ref().unwrap().contains("LF"), "{problem}");
}

/// The mistakes of a file that is no TOML, beside those that make it none: only what surely is one by itself.
#[test]
fn what_surely_is_a_mistake_is_told_beside_the_grammar() {
    let uk = "territories = [\"UK\"]";
    let cases: [(String, &[&str]); 12] = [
        (with(&format!("{uk}\ndrm = yes")), &["8 unknown-territory", "9 syntax"]),
        (with(&format!("drm = yes\n{uk}")), &["8 syntax", "9 unknown-territory"]),
        (
            with(&format!("until = 31.12.2026\nmax_hight = 720\n{uk}")),
            &["8 syntax", "9 unknown-key", "10 unknown-territory"],
        ),
        // The group may be one that could not be read.
        (with("drm = yes\nterritories = [\"nordics\"]"), &["8 syntax"]),
        // What is missing may be what could not be read.
        (with("territory = yes"), &["8 syntax"]),
        (with("drm = yes"), &["8 syntax"]),
        // Behind what is not closed nothing is what it seems.
        (with(&format!("devices = [\"tv\"\n{uk}")), &["8 syntax"]),
        (with(&format!("devices = [\"tv]\n{uk}")), &["8 syntax"]),
        (with(&format!("[[blackout]\n{uk}\ntires = 1")), &["8 syntax"]),
        (with(&format!("blackout]]\n{uk}\ntires = 1")), &["8 syntax"]),
        (with(&format!("{uk}\ndevices = [\"tv\"\ndrm = 1")), &["8 unknown-territory", "9 syntax"]),
        // Nothing is told twice of one line.
        (with("territories = [\"UK\" \"no\"]"), &["8 syntax"]),
    ];
    for (text, expected) in cases {
        let found: Vec<String> =
            problems(&text).iter().map(|problem| format!("{} {}", problem.line, problem.code)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_rule_without_its_brackets_is_told_once() {
    let cases = [
        ("[[grant]]", "`id`, `titles`, `from`, `tiers` and `territories` stand in no section"),
        ("[[blackout]]", "`id`, `titles`, `from`, `territories` and `message` stand in no section"),
    ];
    for (header, message) in cases {
        let mut text = with("territories = [\"NO\"]").replace("[[grant]]\n", "");
        if header == "[[blackout]]" {
            text = text.replace("tiers = [\"premium\"]\n", "") + "message = \"x\"\n";
        }
        let found = problems(&text);
        let [problem] = found.as_slice() else { panic!("{found:#?}") };
        assert_eq!((problem.code, problem.line, problem.message.as_str()), ("unknown-key", 3, message));
        assert!(problem.help.as_ref().is_some_and(|help| help.contains(header)), "{problem}");
    }
    let single = problems(&with("territories = [\"NO\"]").replace("[[grant]]", "[grant]"));
    let [problem] = single.as_slice() else { panic!("{single:#?}") };
    assert_eq!(problem.help.as_deref(), Some("write `[[grant]]`, with two brackets"));
}
