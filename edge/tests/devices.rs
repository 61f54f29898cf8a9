//! What a request tells of its device: the corpus of real user agents, and tables of hints and of what the CDN says.
#![cfg(test)]

use edge::device::{CdnSigns, Origin, Signs, from_cdn, from_signs};
use rights::viewer::Device;
use std::collections::{BTreeMap, BTreeSet};
use wasm_bindgen_test::wasm_bindgen_test;

fn by_agent(agent: &str) -> Option<(Device, Origin)> {
    from_signs(&Signs { user_agent: Some(agent), ..Signs::default() })
}

#[wasm_bindgen_test(unsupported = test)]
fn every_agent_of_the_corpus_is_known() {
    let mut counts = BTreeMap::new();
    let mut agents = BTreeSet::new();
    let mut wrong = Vec::new();
    let corpus = include_str!("../../tests/corpus/devices/agents.tsv");
    for line in corpus.lines().filter(|line| !line.starts_with('#')) {
        let [class, _source, note, agent] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}")
        };
        assert!(agents.insert(agent), "twice: {agent}");
        let expected = Device::named(class).expect("a class");
        *counts.entry(class).or_insert(0) += 1;
        let found = by_agent(agent);
        if found != Some((expected, Origin::UserAgent)) {
            wrong.push(format!("{class} {note}, answered {found:?}: {agent}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), agents.len(), wrong.join("\n"));
    for (class, least) in [
        ("mobile", 90),
        ("tablet", 40),
        ("desktop", 60),
        ("tv", 50),
        ("console", 20),
        ("cast", 10),
        ("unknown", 40),
    ] {
        assert!(counts.get(class) >= Some(&least), "{class}: {counts:?}");
    }
}

/// Stands for what most browsers say in the middle.
const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0";

#[test]
fn makes_that_the_corpus_lacks_are_known_by_their_usual_form() {
    for (agent, expected) in [
        ("Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {} TV Safari/537.36", Device::Tv),
        ("Mozilla/5.0 (Linux; Tizen 4.0; SAMSUNG SM-Z400F) {} Mobile Safari/537.3", Device::Mobile),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) {} Safari/537.36 WebAppManager", Device::Tv),
        ("Mozilla/5.0 (Linux; Android 10; BRAVIA 4K VH2 Build/QTG3) {} Mobile Safari/537.36", Device::Tv),
        ("Mozilla/5.0 (Linux; Android 9; AFTKA Build/PS7633; wv) {} Mobile Safari/537.36", Device::Tv),
        ("Mozilla/5.0 (Linux; Android 12; Chromecast HD) {} Safari/537.36", Device::Tv),
        ("Mozilla/5.0 (Linux; Android 11; SHIELD Android TV) {} Safari/537.36", Device::Tv),
        ("Mozilla/5.0 (Linux; U; Linux) {} Safari/537.36 VIDAA/6.0", Device::Tv),
        ("Mozilla/5.0 (X11; Linux armv7l) {} Safari/537.36 SmartCast/1.0", Device::Tv),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) {} Safari/537.36", Device::Console),
        ("Roku/DVP-12.5 (12.5.0.4178-88)", Device::Tv),
        ("AppleCoreMedia/1.0.0.21K69 (Apple TV; U; CPU OS 17_1 like Mac OS X; en_us)", Device::Tv),
        ("AppleCoreMedia/1.0.0.21B74 (iPhone; U; CPU OS 17_1 like Mac OS X; en_us)", Device::Mobile),
        ("AppleCoreMedia/1.0.0.21B74 (iPad; U; CPU OS 17_1 like Mac OS X; en_us)", Device::Tablet),
        ("AppleCoreMedia/1.0.0.23B74 (Macintosh; U; Intel Mac OS X 14_1; en_us)", Device::Desktop),
        ("AppleCoreMedia/1.0.0.21R69 (Apple Watch; U; Watch OS 10_1; en_us)", Device::Unknown),
        ("Example/1.0 (Linux;Android 14) AndroidXMedia3/1.3.1", Device::Unknown),
        ("Example/1.0 (Linux;Android 14) ExoPlayerLib/2.19.1", Device::Unknown),
        ("Example TV/1.0 (Linux;Android 14) ExoPlayerLib/2.19.1", Device::Unknown),
        ("Example TV/2.0 (iPhone; iOS 17.1; Scale/3.00)", Device::Mobile),
        ("Example/1.0 (Android TV; Linux;Android 14) ExoPlayerLib/2.19.1", Device::Tv),
        ("okhttp/4.12.0", Device::Unknown),
        ("VLC/3.0.20 LibVLC/3.0.20", Device::Unknown),
        ("Lavf/60.3.100", Device::Unknown),
        ("GStreamer souphttpsrc 1.22.0 libsoup/3.2.2", Device::Unknown),
        ("curl/8.5.0", Device::Unknown),
        ("python-requests/2.31.0", Device::Unknown),
        ("Mozilla/5.0 (X11; Linux x86_64) {} HeadlessChrome/120.0.0.0 Safari/537.36", Device::Unknown),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT P80) {} Mobile Safari/537.36", Device::Mobile),
        ("Mozilla/5.0 (Linux; Android 6.0; NEXBOX-A5) {} Safari/537.36", Device::Tablet),
    ] {
        let agent = agent.replace("{}", CHROME);
        assert_eq!(by_agent(&agent), Some((expected, Origin::UserAgent)), "{agent}");
    }
}

#[test]
fn any_text_gets_an_answer() {
    for agent in ["", " ", "   "] {
        assert_eq!(by_agent(agent), None, "{agent:?}");
    }
    let far = format!("{}(iPhone; CPU iPhone OS 17_1 like Mac OS X)", " .".repeat(256));
    let near = format!("{}(iPhone; CPU iPhone OS 17_1 like Mac OS X)", " .".repeat(250));
    for (agent, expected) in [
        ("-", Device::Unknown),
        ("(((((", Device::Unknown),
        ("\u{0}\u{1}\u{7f}", Device::Unknown),
        ("Я смотрю телевизор", Device::Unknown),
        ("🎬🎬🎬 iPhone 🎬", Device::Mobile),
        ("İphon ıphon", Device::Unknown),
        (&"é".repeat(4000), Device::Unknown),
        (&"a".repeat(1 << 20), Device::Unknown),
        (&far, Device::Unknown),
        (&near, Device::Mobile),
        ("IPHONE", Device::Mobile),
    ] {
        assert_eq!(by_agent(agent), Some((expected, Origin::UserAgent)), "{agent:.40}");
    }
    let agent = "Mozilla/5.0 (Linux; Android 12; é SM-T500) AppleWebKit/537.36 Chrome/108.0 Safari/537.36";
    for end in (1..agent.len()).filter(|end| agent.is_char_boundary(*end)) {
        assert!(by_agent(agent.get(..end).expect("a boundary")).is_some());
    }
}

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36";
const COMPUTER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36";
const BRAVIA: &str =
    "Mozilla/5.0 (Linux; Android 10; BRAVIA 4K) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36";
const CAST: &str =
    "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 CrKey/1.56";
const XBOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 Edge/44.18363";
const ROBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

#[test]
fn hints_count_before_the_agent_except_where_it_says_what_they_cannot() {
    let (hints, agent) = (Origin::Hints, Origin::UserAgent);
    for (user_agent, mobile, platform, forms, expected) in [
        // Well-formed hints decide.
        (PHONE, Some("?1"), Some("\"Android\""), None, (Device::Mobile, hints)),
        (PHONE, Some("?0"), Some("\"Android\""), None, (Device::Tablet, hints)),
        (PHONE, Some("?1"), None, None, (Device::Mobile, hints)),
        (COMPUTER, Some("?1"), Some("\"Linux\""), None, (Device::Mobile, hints)),
        (COMPUTER, Some("?0"), Some("\"Linux\""), None, (Device::Desktop, hints)),
        (COMPUTER, Some("?0"), Some("\"Windows\""), None, (Device::Desktop, hints)),
        (COMPUTER, Some("?0"), Some("\"macOS\""), None, (Device::Desktop, hints)),
        (COMPUTER, Some("?0"), Some("\"Chrome OS\""), None, (Device::Desktop, hints)),
        (COMPUTER, Some(" ?0"), Some(" \"Chromium OS\" "), None, (Device::Desktop, hints)),
        ("", Some("?1"), None, None, (Device::Mobile, hints)),
        // Form factors say most.
        (COMPUTER, Some("?0"), Some("\"Linux\""), Some("\"Tablet\""), (Device::Tablet, hints)),
        (PHONE, Some("?1"), Some("\"Android\""), Some("\"Desktop\""), (Device::Desktop, hints)),
        (PHONE, None, None, Some("\"Desktop\", \"Tablet\""), (Device::Tablet, hints)),
        (PHONE, None, None, Some("\"Mobile\",\"Tablet\""), (Device::Tablet, hints)),
        (PHONE, None, None, Some("\"XR\" ,\t\"Mobile\""), (Device::Mobile, hints)),
        (PHONE, Some("?1"), None, Some("\"Watch\""), (Device::Unknown, hints)),
        (PHONE, Some("?1"), None, Some("\"Automotive\""), (Device::Unknown, hints)),
        (PHONE, None, None, Some("\"mobile\""), (Device::Unknown, hints)),
        // What decides nothing, or is malformed, is as if absent.
        (PHONE, Some("?0"), None, None, (Device::Mobile, agent)),
        (PHONE, Some("?0"), Some("\"Unknown\""), None, (Device::Mobile, agent)),
        (PHONE, None, Some("\"Windows\""), None, (Device::Mobile, agent)),
        (PHONE, Some("?0"), Some("Windows"), None, (Device::Mobile, agent)),
        (PHONE, Some("?0"), Some("\"Windows"), None, (Device::Mobile, agent)),
        (PHONE, Some("?0"), Some("\"windows\""), None, (Device::Mobile, agent)),
        (PHONE, Some("0"), Some("\"Windows\""), None, (Device::Mobile, agent)),
        (PHONE, Some("false"), Some("\"Windows\""), None, (Device::Mobile, agent)),
        (PHONE, Some("?0, ?0"), Some("\"Windows\""), None, (Device::Mobile, agent)),
        (COMPUTER, Some("?2"), None, None, (Device::Desktop, agent)),
        (COMPUTER, None, None, Some("Tablet"), (Device::Desktop, agent)),
        (COMPUTER, None, None, Some("\"Tablet\","), (Device::Desktop, agent)),
        (COMPUTER, None, None, Some("\"Tablet\" \"Mobile\""), (Device::Desktop, agent)),
        (COMPUTER, None, None, Some(""), (Device::Desktop, agent)),
        (COMPUTER, None, None, Some(","), (Device::Desktop, agent)),
        (COMPUTER, None, None, Some("\"Täblet\""), (Device::Desktop, agent)),
        (COMPUTER, Some("?1"), None, Some("\"Tablet"), (Device::Mobile, hints)),
        // The agent knows what hints have no word for.
        (BRAVIA, Some("?0"), Some("\"Android\""), None, (Device::Tv, agent)),
        (BRAVIA, Some("?1"), Some("\"Android\""), Some("\"Mobile\""), (Device::Tv, agent)),
        (CAST, Some("?0"), Some("\"Linux\""), None, (Device::Cast, agent)),
        (XBOX, Some("?0"), Some("\"Windows\""), Some("\"Desktop\""), (Device::Console, agent)),
        (ROBOT, Some("?0"), Some("\"Linux\""), None, (Device::Unknown, agent)),
    ] {
        let signs = Signs {
            user_agent: Some(user_agent),
            hint_mobile: mobile,
            hint_platform: platform,
            hint_form_factors: forms,
        };
        assert_eq!(from_signs(&signs), Some(expected), "{signs:?}");
    }
}

#[test]
fn without_signs_there_is_no_answer() {
    assert_eq!(from_signs(&Signs::default()), None);
    for (hint_mobile, hint_platform, hint_form_factors) in [
        (Some("1"), None, None),
        (Some("?0"), None, None),
        (None, Some("\"Windows\""), None),
        (None, None, Some("x")),
    ] {
        let signs = Signs { hint_mobile, hint_platform, hint_form_factors, user_agent: None };
        assert_eq!(from_signs(&signs), None, "{signs:?}");
    }
}

#[test]
fn the_cdn_is_believed_unless_it_contradicts_itself() {
    let all = [None, Some(false), Some(true)];
    for (mobile, tablet) in all.into_iter().flat_map(|one| all.map(|other| (one, other))) {
        for (smart_tv, desktop) in all.into_iter().flat_map(|one| all.map(|other| (one, other))) {
            let signs = CdnSigns { mobile, tablet, smart_tv, desktop };
            let expected = match [mobile, tablet, smart_tv, desktop].map(|sign| sign == Some(true)) {
                [true, false, false, false] => Some(Device::Mobile),
                [_, true, false, false] => Some(Device::Tablet),
                [false, false, true, false] => Some(Device::Tv),
                [false, false, false, true] => Some(Device::Desktop),
                _ => None,
            };
            assert_eq!(from_cdn(&signs), expected, "{signs:?}");
        }
    }
}
