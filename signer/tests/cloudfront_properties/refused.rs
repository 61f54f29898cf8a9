//! What was changed in a single byte is refused.

use crate::{NOW, SIGNERS, ask, config, epoch, exact_address, refuses};
use proptest::prelude::*;
use signer::cloudfront::{Address, CannedPolicy, CustomPolicy, Resource};

/// One signed address: the URL, the cookies, and where CloudFront's parameters begin.
pub(crate) struct Proof {
    pub(crate) address: String,
    pub(crate) url: String,
    pub(crate) cookies: Vec<(&'static str, String)>,
}

impl Proof {
    pub(crate) fn new(address: &Address, by: usize, custom: bool) -> Self {
        let chosen = &SIGNERS[by];
        let (url, cookies) = if custom {
            let resource = Resource::exact(address).unwrap();
            let signed = chosen.sign(CustomPolicy::new(resource, epoch(NOW + 3_600))).unwrap();
            (signed.url(address).unwrap(), signed.cookies())
        } else {
            let signed = chosen.sign(CannedPolicy::new(address.clone(), epoch(NOW + 3_600))).unwrap();
            (signed.url(), signed.cookies())
        };
        assert!(ask(&url, &[]).is_ok() && ask(address.as_str(), &[&cookies.header()]).is_ok());
        Self { address: address.to_string(), url, cookies: cookies.pairs().to_vec() }
    }

    pub(crate) fn cookies_with(&self, changed: usize, pair: &str) -> String {
        let pairs = self.cookies.iter().enumerate().map(|(index, (name, value))| {
            if index == changed { pair.to_owned() } else { format!("{name}={value}") }
        });
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// `None` where the character stands there already.
pub(crate) fn replaced(text: &str, at: usize, by: char) -> Option<String> {
    let (before, after) = (text.split_at(at).0, text.split_at(at + 1).1);
    let changed = format!("{before}{by}{after}");
    (changed != text).then_some(changed)
}

pub(crate) fn inserted(text: &str, at: usize, new: char) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{new}{after}")
}

pub(crate) fn removed(text: &str, at: usize) -> String {
    format!("{}{}", text.split_at(at).0, text.split_at(at + 1).1)
}

/// Every change that `new` makes at `at`, which counts from the URL's begin and then through the cookies.
fn assert_no_change_passes(proof: &Proof, at: usize, new: char) {
    let Proof { address, url, cookies } = proof;
    if at <= url.len() {
        if at < url.len()
            && let Some(changed) = replaced(url, at, new)
        {
            assert!(refuses(&changed, &[]), "{url}\nreplaced\n{changed}");
        }
        if at >= address.len() {
            let changed = inserted(url, at, new);
            assert!(refuses(&changed, &[]), "{url}\ninserted\n{changed}");
            if at < url.len() {
                let changed = removed(url, at);
                assert!(refuses(&changed, &[]), "{url}\nremoved\n{changed}");
            }
        }
    }
    for (index, (name, value)) in cookies.iter().enumerate() {
        let pair = format!("{name}={value}");
        if at >= pair.len() {
            continue;
        }
        let mut changes = vec![removed(&pair, at)];
        changes.extend(replaced(&pair, at, new));
        // Blanks around a pair and semicolons between pairs are the header's grammar, not the value.
        if !matches!(new, ' ' | '\t' | ';') {
            changes.push(inserted(&pair, at + 1, new));
        }
        for changed in changes {
            let header = proof.cookies_with(index, &changed);
            assert!(refuses(address, &[&header]), "{pair}\nbecame\n{changed}");
        }
    }
}

/// Every position of some addresses: all characters that mean something, and those that are nearly right.
#[test]
fn no_changed_byte_passes_at_any_position() {
    let meaningful = "&=?#%/_~-+;,. A0a9\u{7f}\0é".chars();
    let meaningful: Vec<char> = meaningful.collect();
    for address in ["https://cdn.example.com/vod/a.m3u8", "http://h/?b=c?&d=%20", "https://h/a?&"] {
        let address = Address::new(address).unwrap();
        for (by, custom) in (0..4).flat_map(|by| [(by, false), (by, true)]) {
            let proof = Proof::new(&address, by, custom);
            for at in 0..=proof.url.len() {
                let here = proof.url.as_bytes().get(at).copied().unwrap_or(b'A');
                let near = [here ^ 1, here ^ 0x20].map(char::from);
                // In turn, since neighbouring positions have the same grammar; fewer for P-256, which costs more.
                let few = if by < 2 { 2 } else { 4 };
                for new in meaningful.iter().copied().skip(at % few).step_by(few).chain(near) {
                    assert_no_change_passes(&proof, at, new);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Any address and any character.
    #[test]
    fn no_changed_byte_passes(
        address in exact_address(),
        by in 0..4_usize,
        custom in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![4 => (32..127_u8).prop_map(char::from), 1 => any::<char>()]), 60),
    ) {
        let proof = Proof::new(&address, by, custom);
        for (at, new) in changes {
            assert_no_change_passes(&proof, at.index(proof.url.len() + 1), new);
        }
    }
}
