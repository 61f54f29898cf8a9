//! The command as people and scripts use it: what stands on stdout, what on stderr, and the exit code.

#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn playgate(arguments: &[&str]) -> Ran {
    with_stdin(arguments, b"")
}

fn with_stdin(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that does not read its stdin may be gone by now.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input);
    let output = child.wait_with_output().expect("the command ends");
    Ran {
        code: output.status.code().expect("the command was not killed"),
        stdout: String::from_utf8(output.stdout).expect("stdout is text"),
        stderr: String::from_utf8(output.stderr).expect("stderr is text"),
    }
}

/// A test key's path.
fn key(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/keys");
    folder.join(name).display().to_string()
}

/// A file of its own for one test.
fn file(name: &str, contents: &[u8]) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, contents).expect("the file is written");
    path.display().to_string()
}

fn token_key(name: &str) -> String {
    file(name, b"6b65792d666f722d74657374732d6f6e6c792d33322d62797465732d6c6f6e67\n")
}

const ID: &str = "K2JCJMDEHXQW5F";
const URL: &str = "https://cdn.example.com/vod/film/master.m3u8?lang=no";

#[test]
fn a_signed_url_is_allowed_until_it_expires() {
    for (private, public) in [
        ("test-only-p256-pkcs8.pem", "test-only-p256-public.pem"),
        ("test-only-rsa-pkcs1.pem", "test-only-rsa-public-pkcs1.pem"),
    ] {
        for hash in ["sha1", "sha256"] {
            let signed = playgate(&[
                "sign",
                "url",
                "--url",
                URL,
                "--key-pair-id",
                ID,
                "--key",
                &key(private),
                "--expires",
                "2030-01-01T00:00:00Z",
                "--hash",
                hash,
            ]);
            assert_eq!(signed.code, 0, "{signed:?}");
            assert!(signed.stdout.starts_with(&format!("{URL}&Expires=1893456000&Signature=")), "{signed:?}");
            assert_eq!(signed.stdout.contains("Hash-Algorithm=SHA256"), hash == "sha256");
            assert_eq!(signed.stderr, "");
            for (at, expected) in [("1893455999", "allowed\n"), ("2030-01-01T00:00:00Z", "AccessDenied\n")] {
                let answer = playgate(&[
                    "verify",
                    "url",
                    "--url",
                    signed.stdout.trim(),
                    "--key-pair-id",
                    ID,
                    "--public-key",
                    &key(public),
                    "--at",
                    at,
                ]);
                assert_eq!((answer.code, answer.stdout.as_str()), (0, expected), "{answer:?}");
            }
        }
    }
}

#[test]
fn a_start_a_network_and_a_resource_make_the_policy_custom() {
    let (private, public) = (key("test-only-p256-sec1.pem"), key("test-only-p256-public.pem"));
    let signed = playgate(&[
        "sign",
        "url",
        "--url",
        URL,
        "--resource",
        "https://cdn.example.com/vod/film/*",
        "--key-pair-id",
        ID,
        "--key",
        &private,
        "--starts",
        "1000",
        "--expires",
        "2000",
        "--ip",
        "203.0.113.0/24",
        "--json",
    ]);
    let printed: serde_json::Value = serde_json::from_str(&signed.stdout).unwrap();
    assert_eq!(printed["kind"], "custom");
    assert_eq!(
        printed["policy"],
        r#"{"Statement":[{"Resource":"https://cdn.example.com/vod/film/*","Condition":{"DateLessThan":{"AWS:EpochTime":2000},"DateGreaterThan":{"AWS:EpochTime":1000},"IpAddress":{"AWS:SourceIp":"203.0.113.0/24"}}}]}"#
    );
    let url = printed["url"].as_str().unwrap();
    let asked = ["verify", "url", "--url", url, "--key-pair-id", ID, "--public-key", &public, "--json"];
    for (more, outcome, reason) in [
        (&["--at", "1500", "--ip", "203.0.113.9"][..], "allowed", None),
        (&["--at", "1000", "--ip", "203.0.113.9"], "refused", Some("not_yet_valid")),
        (&["--at", "1500", "--ip", "203.0.114.9"], "refused", Some("network")),
        (&["--at", "1500", "--ip", "2001:db8::1"], "refused", Some("network")),
        (&["--at", "1500"], "refused", Some("no_address")),
    ] {
        let answer = playgate(&[&asked[..], more].concat());
        let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(
            (answer["outcome"].as_str(), answer["reason"].as_str()),
            (Some(outcome), reason),
            "{answer}"
        );
    }
}

#[test]
fn cookies_come_in_four_forms_and_open_what_they_should() {
    let (private, public) = (key("test-only-p256-pkcs8.pem"), key("test-only-p256-public.pem"));
    let sign = [
        "sign",
        "cookies",
        "--resource",
        "https://cdn.example.com/vod/film/*",
        "--key-pair-id",
        ID,
        "--key",
        &private,
        "--expires",
        "2000",
        "--domain",
        "example.com",
        "--path",
        "/vod/film/",
        "--format",
    ];
    let set = playgate(&[&sign[..], &["set-cookie"]].concat()).stdout;
    assert_eq!(set.lines().count(), 4);
    assert!(set.lines().all(|line| line.starts_with("Set-Cookie: CloudFront-")));
    assert!(
        set.lines().all(|line| line.ends_with("; Domain=example.com; Path=/vod/film/; Secure; HttpOnly"))
    );
    let jar = playgate(&[&sign[..], &["netscape"]].concat()).stdout;
    assert!(
        jar.starts_with(
            "# Netscape HTTP Cookie File\n#HttpOnly_.example.com\tTRUE\t/vod/film/\tTRUE\t2000\t"
        )
    );
    let map: serde_json::Value =
        serde_json::from_str(&playgate(&[&sign[..], &["json"]].concat()).stdout).unwrap();
    assert_eq!(map["CloudFront-Key-Pair-Id"], ID);

    let header = playgate(&[&sign[..], &["header"]].concat()).stdout;
    for (url, expected) in [
        ("https://cdn.example.com/vod/film/1080p/1.m4s", "allowed\n"),
        ("https://cdn.example.com/vod/film2/1080p/1.m4s", "AccessDenied\n"),
    ] {
        let answer = playgate(&[
            "verify",
            "cookies",
            "--url",
            url,
            "--cookie",
            header.trim(),
            "--key-pair-id",
            ID,
            "--public-key",
            &public,
            "--at",
            "1500",
        ]);
        assert_eq!(answer.stdout, expected, "{answer:?}");
    }
}

#[test]
fn a_key_group_of_several_keys_is_told_apart_by_id() {
    let private = key("test-only-rsa-pkcs8.pem");
    let signed = playgate(&[
        "sign",
        "url",
        "--url",
        URL,
        "--key-pair-id",
        "K2",
        "--key",
        &private,
        "--expires",
        "2000",
    ]);
    let (one, two) = (key("test-only-p256-public.pem"), key("test-only-rsa-public.pem"));
    let verify = ["verify", "url", "--url", signed.stdout.trim(), "--at", "1500"];
    for (group, expected) in [
        (
            vec!["--key-pair-id", "K1", "--public-key", &one, "--key-pair-id", "K2", "--public-key", &two],
            "allowed\n",
        ),
        (vec!["--key-pair-id", "K1", "--public-key", &two], "InvalidKey\n"),
        (vec!["--key-pair-id", "K2", "--public-key", &one], "AccessDenied\n"),
    ] {
        assert_eq!(playgate(&[&verify[..], &group].concat()).stdout, expected);
    }
    let uneven = playgate(
        &[&verify[..], &["--key-pair-id", "K1", "--key-pair-id", "K2", "--public-key", &one]].concat(),
    );
    assert_eq!(uneven.code, 2, "{uneven:?}");
}

#[test]
fn a_token_is_minted_inspected_and_verified() {
    let secret = token_key("token-key");
    let mint = [
        "token",
        "mint",
        "--key",
        &secret,
        "--kid",
        "2026-11",
        "--path",
        "/vod/film/",
        "--expires",
        "2030-01-01T00:00:00Z",
        "--not-before",
        "1000",
        "--country",
        "NO,SE",
        "--ip",
        "2001:db8::/48",
        "--session",
        "s-1",
        "--max-height",
        "1080",
        "--issuer",
        "playgate.example",
        "--dialect",
    ];
    for dialect in ["cta", "aws"] {
        let token = playgate(&[&mint[..], &[dialect]].concat());
        assert_eq!(token.code, 0, "{token:?}");
        let token = token.stdout.trim();
        let inspected = playgate(&["token", "inspect", token, "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&inspected.stdout).unwrap();
        assert_eq!(shown["verified"], false);
        assert!(inspected.stderr.contains("nothing of this was verified"));

        let right = ["--path", "/vod/film/1.m4s", "--country", "NO", "--ip", "2001:db8::7", "--at", "1500"];
        let verify = ["token", "verify", token, "--key", &secret, "--kid", "2026-11"];
        let valid = playgate(&[&verify[..], &right, &["--json"]].concat());
        let valid: serde_json::Value = serde_json::from_str(&valid.stdout).unwrap();
        assert_eq!(valid["outcome"], "valid", "{valid}");
        assert_eq!((&valid["session"], &valid["max_height"]), (&"s-1".into(), &1080.into()));
        assert_eq!(valid["dialect"], dialect);
        for (position, wrong, reason) in [
            (1, "/vod/film2/1.m4s", "path"),
            (1, "/vod/film/../other", "path_not_canonical"),
            (3, "DE", "country"),
            (5, "2001:db9::7", "ip"),
            (7, "999", "not_yet_valid"),
            (7, "1893456000", "expired"),
        ] {
            let mut request = right;
            request[position] = wrong;
            assert_eq!(playgate(&[&verify[..], &request].concat()).stdout.trim(), reason);
        }
        let nothing_known = playgate(&[&verify[..], &["--at", "1500"]].concat());
        assert_eq!((nothing_known.code, nothing_known.stdout.as_str()), (0, "path_unknown\n"));
        let other = file("other-token-key", &[9; 32]);
        let rotated = ["--key", &other, "--kid", "2026-12"];
        assert_eq!(playgate(&[&verify[..], &rotated, &right].concat()).stdout, "valid\n");
        let wrong_key = ["token", "verify", token, "--key", &other, "--kid", "2026-11"];
        assert_eq!(playgate(&[&wrong_key[..], &right].concat()).stdout, "bad_mac\n");
        let from_stdin = with_stdin(&["token", "inspect", "-"], token.as_bytes());
        assert!(from_stdin.stdout.contains("playgate.example"), "{from_stdin:?}");
    }
}

#[test]
fn a_playlist_streams_through() {
    let playlist =
        b"#EXTM3U\r\n#EXT-X-MAP:URI=\"init.mp4\"\r\n#EXTINF:6,\r\nseg.m4s?a=1\r\nhttps://other.example/x";
    let signed = with_stdin(&["hls", "sign", "--query", "t=1"], playlist);
    assert_eq!(
        signed.stdout,
        "#EXTM3U\r\n#EXT-X-MAP:URI=\"init.mp4?t=1\"\r\n#EXTINF:6,\r\nseg.m4s?a=1&t=1\r\nhttps://other.example/x"
    );
    let prefixed =
        with_stdin(&["hls", "sign", "--path-prefix", "/t/abc"], b"#EXTM3U\n#EXTINF:6,\n/vod/a.ts\nb.ts\n");
    assert_eq!(prefixed.stdout, "#EXTM3U\n#EXTINF:6,\n/t/abc/vod/a.ts\nb.ts\n");

    let master: &[u8] = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\nlow\n\
                          #EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1920x1080\nhigh\n";
    let capped = with_stdin(&["hls", "sign", "--query", "t", "--max-height", "720"], master);
    assert_eq!(capped.stdout, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\nlow?t\n");
    let nothing_left = with_stdin(&["hls", "sign", "--query", "t", "--max-height", "240"], master);
    assert_eq!(nothing_left.code, 1);
    assert!(nothing_left.stderr.contains("360"), "{nothing_left:?}");

    let imported = b"#EXTM3U\n#EXT-X-DEFINE:IMPORT=\"host\"\n#EXTINF:6,\n{$host}/a.ts\n";
    let unknown = with_stdin(&["hls", "sign", "--query", "t"], imported);
    assert!(unknown.code == 1 && unknown.stderr.contains("`host`"), "{unknown:?}");
    assert!(unknown.stderr.contains("only the beginning"), "{unknown:?}");
    let known =
        with_stdin(&["hls", "sign", "--query", "t", "--define", "host=https://other.example"], imported);
    assert_eq!(known.stdout.as_bytes(), imported, "another host's URI stays");
}

#[test]
fn what_cannot_be_done_is_said_with_its_place_and_a_way_on() {
    let private = key("test-only-p256-pkcs8.pem");
    let secret = token_key("token-key-for-errors");
    let short = file("short-key", b"too short");
    let sign = |url: &str, more: &[&str]| {
        let base = ["sign", "url", "--url", url, "--key-pair-id", ID];
        playgate(&[&base[..], more].concat())
    };
    let with_key = ["--key", private.as_str(), "--expires", "2000"];
    for (ran, place, words) in [
        (sign("ftp://h/a", &with_key), "--url", "https://"),
        (sign("https://h/a?Policy=x", &with_key), "--url", "CloudFront's own"),
        (sign("https://h/a", &["--key", &private, "--expires", "2147483648"]), "--expires", "2038"),
        (
            sign("https://h/a", &["--key", &private, "--expires", "2000", "--starts", "2000"]),
            "--starts",
            "before",
        ),
        (
            sign("https://h/a", &["--key", &private, "--expires", "2000", "--ip", "2001:db8::/32"]),
            "--ip",
            "IPv6",
        ),
        (
            sign("https://h/a", &["--key", &private, "--expires", "2000", "--resource", ""]),
            "--resource",
            "empty",
        ),
        (
            sign("https://h/a", &["--key", &private, "--expires", "2000", "--resource", "https://h/b*"]),
            "--resource",
            "does not cover",
        ),
        (sign("https://h/a", &["--key", "nowhere.pem", "--expires", "2000"]), "nowhere.pem", "No such file"),
        (
            sign("https://h/a", &["--key", &key("test-only-rsa-public.pem"), "--expires", "2000"]),
            "test-only-rsa-public.pem",
            "public key",
        ),
        (
            sign(
                "https://h/a",
                &["--key", &key("wrong/test-only-rsa-encrypted-pkcs8.pem"), "--expires", "2000"],
            ),
            "encrypted",
            "openssl",
        ),
        (
            playgate(&[
                "token",
                "mint",
                "--key",
                &short,
                "--kid",
                "k",
                "--path",
                "/a",
                "--expires",
                "2030-01-01T00:00:00Z",
            ]),
            "short-key",
            "32",
        ),
        (
            playgate(&["token", "mint", "--key", &secret, "--kid", "k", "--path", "/a", "--expires", "1000"]),
            "expiry",
            "later",
        ),
        (
            playgate(&[
                "token",
                "mint",
                "--key",
                &secret,
                "--kid",
                "k",
                "--path",
                "/a",
                "--country",
                "UK",
                "--expires",
                "2030-01-01T00:00:00Z",
            ]),
            "--country",
            "GB",
        ),
        (playgate(&["token", "inspect", "!!"]), "token", "base64"),
        (with_stdin(&["hls", "sign", "--query", "t"], b"<html>"), "stdin", "#EXTM3U"),
        (with_stdin(&["hls", "sign", "--query", "?t"], b"#EXTM3U\n"), "--query", "?"),
    ] {
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_eq!(ran.stdout, "", "nothing that could be taken for a result: {ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
        assert!(ran.stderr.contains(place) && ran.stderr.contains(words), "{place}, {words}: {ran:?}");
    }
}

#[test]
fn a_wrong_call_exits_with_2_and_help_with_0() {
    for wrong in [
        &["sing"][..],
        &["sign", "url"],
        &["sign", "url", "--url", URL, "--key-pair-id", ID, "--key", "k", "--expires", "tomorrow"],
        &["verify", "url", "--url", URL, "--key-pair-id", ID, "--public-key", "k", "--ip", "300.1.1.1"],
        &["hls", "sign"],
        &["hls", "sign", "--query", "a", "--path-prefix", "/t"],
        &["hls", "sign", "--query", "a", "--define", "novalue"],
    ] {
        let ran = playgate(wrong);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    }
    for command in [
        &[][..],
        &["sign"],
        &["sign", "url"],
        &["sign", "cookies"],
        &["verify"],
        &["token", "mint"],
        &["hls", "sign"],
    ] {
        let ran = playgate(&[command, &["--help"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command:?}");
        assert!(ran.stdout.contains("Usage: playgate"), "{ran:?}");
    }
}

#[test]
fn what_makes_a_right_proof_useless_is_remarked() {
    let private = key("test-only-p256-pkcs8.pem");
    let cookies = |resource: &str, more: &[&str]| {
        let base = ["sign", "cookies", "--resource", resource, "--key-pair-id", ID, "--key", &private];
        playgate(&[&base[..], more].concat())
    };
    let future = ["--expires", "2037-01-01T00:00:00Z"];
    for (ran, words) in [
        (cookies("https://cdn.example.com/*", &["--expires", "2000"]), "passed already"),
        (cookies("http://cdn.example.com/*", &future), "https only"),
        (
            cookies("https://cdn.example.com/*", &[&future[..], &["--domain", "example.org"]].concat()),
            "example.org",
        ),
        (
            cookies("https://cdn.example.com/*", &[&future[..], &["--domain", "dn.example.com"]].concat()),
            "no client",
        ),
    ] {
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.starts_with("warning: ") && ran.stderr.contains(words), "{ran:?}");
        assert!(ran.stdout.starts_with("Set-Cookie: "), "{ran:?}");
    }
    let fine = cookies(
        "https://cdn.example.com/*",
        &["--expires", "+2h", "--domain", "example.com", "--same-site", "none"],
    );
    assert_eq!(fine.stderr, "");
    assert!(fine.stdout.lines().all(|line| line.ends_with("; SameSite=None")), "{fine:?}");
    let escaped = playgate(&[
        "verify",
        "url",
        "--url",
        "https://h/a?Expires=2000&amp;Signature=x&amp;Key-Pair-Id=K1",
        "--key-pair-id",
        "K1",
        "--public-key",
        &key("test-only-p256-public.pem"),
    ]);
    assert!(escaped.stdout == "MissingKey\n" && escaped.stderr.contains("HTML"), "{escaped:?}");
}

#[test]
fn a_signed_query_goes_onto_a_playlist_and_opens_what_stands_there() {
    let (private, public) = (key("test-only-p256-pkcs8.pem"), key("test-only-p256-public.pem"));
    let query = playgate(&[
        "sign",
        "query",
        "--resource",
        "https://cdn.example.com/vod/film/*",
        "--key-pair-id",
        ID,
        "--key",
        &private,
        "--expires",
        "2037-01-01T00:00:00Z",
    ]);
    assert_eq!((query.code, query.stderr.as_str()), (0, ""), "{query:?}");
    let playlist =
        with_stdin(&["hls", "sign", "--query", query.stdout.trim()], b"#EXTM3U\n#EXTINF:6,\nseg-1.m4s?x=1\n");
    let segment = playlist.stdout.lines().last().unwrap().to_owned();
    let url = format!("https://cdn.example.com/vod/film/{segment}");
    let verify =
        ["verify", "url", "--url", &url, "--key-pair-id", ID, "--public-key", &public, "--at", "2000"];
    assert_eq!(playgate(&verify).stdout, "allowed\n");
    let jar = playgate(&[
        "sign",
        "cookies",
        "--resource",
        "https://cdn.example.com/vod/film/*",
        "--key-pair-id",
        ID,
        "--key",
        &private,
        "--expires",
        "2037-01-01T00:00:00Z",
        "--format",
        "netscape",
    ]);
    let with_jar =
        ["verify", "cookies", "--url", "https://cdn.example.com/vod/film/a", "--cookie", &jar.stdout];
    let group = ["--key-pair-id", ID, "--public-key", &public, "--at", "2000"];
    assert_eq!(playgate(&[&with_jar[..], &group].concat()).stdout, "allowed\n");
}

#[test]
fn nothing_that_comes_from_outside_steers_the_terminal_or_adds_a_line() {
    let secret = token_key("token-key-for-escapes");
    let issuer = "me\nclaim      exp (4): 2099\u{1b}[31m\u{9b}1m\u{202e}";
    let token = playgate(&[
        "token",
        "mint",
        "--key",
        &secret,
        "--kid",
        "k",
        "--path",
        "/a",
        "--expires",
        "2037-01-01T00:00:00Z",
        "--issuer",
        issuer,
    ]);
    let token = token.stdout.trim();
    // {"\u001b]0;pwned\u0007\nallowed":1} and the like, where a policy belongs.
    let policy = "eyJcdTAwMWJdMDtwd25lZFx1MDAwN1xuYWxsb3dlZCI6MX0_";
    let url = format!("https://h/a?Policy={policy}&Signature=AA__&Key-Pair-Id=K1");
    let public = key("test-only-p256-public.pem");
    let group = ["--key-pair-id", "K1", "--public-key", &public];
    let cookie = "CloudFront-Key-Pair-Id=\u{1b}[2J\nallowed; CloudFront-Expires=5";
    let define = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"\u{1b}[2J\",VALUE=\"a\"\n#EXT-X-DEFINE:NAME=\"\u{1b}[2J\",VALUE=\"a\"\n";
    for ran in [
        playgate(&["token", "inspect", token]),
        playgate(&["token", "inspect", token, "--json"]),
        playgate(&["token", "verify", token, "--key", &secret, "--kid", "k", "--path", "/a", "--json"]),
        playgate(&[
            "token", "verify", token, "--key", &secret, "--kid", "k", "--path", "/a", "--issuer", "other",
        ]),
        playgate(&[&["verify", "url", "--url", &url], &group[..]].concat()),
        playgate(&[&["verify", "url", "--url", &url, "--json"], &group[..]].concat()),
        playgate(&[&["verify", "cookies", "--url", "https://h/a", "--cookie", cookie], &group[..]].concat()),
    ] {
        let steers =
            |one: char| (one.is_control() && one != '\n') || ('\u{200e}'..='\u{2069}').contains(&one);
        assert!(!ran.stdout.contains(steers) && !ran.stderr.contains(steers), "{ran:?}");
        let lines: Vec<&str> = ran.stdout.lines().chain(ran.stderr.lines()).collect();
        assert!(
            !lines.iter().any(|line| line.starts_with("allowed") || line.contains("exp (4): 2099\n")),
            "{ran:?}"
        );
        assert!(lines.iter().filter(|line| line.starts_with("claim      exp")).count() <= 1, "{ran:?}");
    }
    let redefined = with_stdin(&["hls", "sign", "--query", "t"], define.as_bytes());
    assert!(redefined.code == 1 && !redefined.stderr.contains('\u{1b}'), "{redefined:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let secret = token_key("token-key-for-a-full-disk");
    let mint = [
        "token",
        "mint",
        "--key",
        &secret,
        "--kid",
        "k",
        "--path",
        "/a",
        "--expires",
        "2037-01-01T00:00:00Z",
    ];
    assert_eq!(playgate(&mint).code, 0);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_playgate")).args(mint).stdout(full).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: stdout: "), "{error}");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["hls", "sign", "--query", "t=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let segments = "#EXTINF:6,\nsegment.m4s\n".repeat(20_000);
    let _ = stdin.write_all(format!("#EXTM3U\n{segments}").as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
