//! Requests of packagers and the answers to them, in `tests/corpus/speke`: byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use origin_api::drm::hls::{LineError, Signalling, UriTemplate};
use origin_api::drm::speke::{AnswerError, Request, Requirements};
use origin_api::drm::{ContentKey, Iv, KeyId, MediaKey, Scheme, System};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/speke");

pub(crate) fn signalling() -> Signalling {
    Signalling::default()
        .with_identity(UriTemplate::identity("https://keys.example/v1/keys/{kid}").unwrap())
        .with_playready_url("https://licences.example/v1/licenses/playready?a=1&b=2")
        .unwrap()
}

fn bytes(base64: &str) -> [u8; 16] {
    STANDARD.decode(base64).unwrap().try_into().unwrap()
}

/// The corpus's keys: what a store would have kept.
pub(crate) fn kept() -> BTreeMap<KeyId, ([u8; 16], Iv)> {
    let table = fs::read_to_string(Path::new(CORPUS).join("keys.tsv")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    fields.map(|field| (KeyId::from_uuid(field[0]).unwrap(), (bytes(field[1]), bytes(field[2])))).collect()
}

fn keys_of(request: &Request, scheme: Scheme) -> Vec<MediaKey> {
    let kept = kept();
    let found = request.keys().iter().map(|wanted| {
        let (key, iv) = kept[&wanted.id];
        MediaKey { id: wanted.id, scheme, iv, key: ContentKey::from_bytes(key) }
    });
    found.collect()
}

fn read(name: &str) -> Request {
    let document = fs::read(Path::new(CORPUS).join(name).join("request.xml")).unwrap();
    Request::read(Some("2.0"), &document, Requirements::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_request_gets_its_answer() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drm/speke");
    let mut names = Vec::new();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(CORPUS).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let request = read(&name);
        let answer = request.answer(&keys_of(&request, request.scheme()), &signalling()).unwrap();
        assert_eq!(*answer, *request.answer(&keys_of(&request, request.scheme()), &signalling()).unwrap());
        // Other implementations look at these: see `scripts/drm-peers`.
        fs::create_dir_all(out.join(&name)).unwrap();
        fs::write(out.join(&name).join("answer.xml"), answer.as_bytes()).unwrap();
        if fs::read_to_string(folder.join("answer.xml")).ok().as_deref() != Some(answer.as_str()) {
            wrong.push(name.clone());
        }
        names.push(name);
    }
    assert!(wrong.is_empty(), "answers to {wrong:?} are others; see {}", out.display());
    assert_eq!(names.len(), 8, "{names:?}");
}

#[test]
fn what_the_specification_fixes_is_there() {
    let request = read("specification-vod");
    assert_eq!(request.content_id(), "abc123");
    assert_eq!(request.scheme(), Scheme::Cbcs);
    let answer = request.answer(&keys_of(&request, Scheme::Cbcs), &signalling()).unwrap();
    // Of the specification's example, letter by letter, with a vector whose last character has stray bits.
    for part in [
        r#"<cpix:ContentKey explicitIV="OFj2IjCsPJFfMAxmQxLGPw==" kid="98ee5596-cd3e-a20d-163a-e382420c6eff" commonEncryptionScheme="cbcs"><cpix:Data><pskc:Secret><pskc:PlainValue>5dGAgwGuUYu4dHeHtNlxJw==</pskc:PlainValue></pskc:Secret></cpix:Data></cpix:ContentKey>"#,
        r#"explicitIV="L6jzdXrXAFbCJGBuMrrKrG==""#,
        r#"<cpix:CPIX contentId="abc123" version="2.3" xmlns:cpix="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">"#,
        r#"<cpix:ContentKeyUsageRule kid="98ee5596-cd3e-a20d-163a-e382420c6eff" intendedTrackType="VIDEO"><cpix:VideoFilter/></cpix:ContentKeyUsageRule>"#,
    ] {
        assert!(answer.contains(part), "{part}\n{}", *answer);
    }
    let live = read("live-period");
    let answer = live.answer(&keys_of(&live, Scheme::Cbcs), &signalling()).unwrap();
    assert!(answer.contains(
        r#"<cpix:ContentKeyPeriod id="keyPeriod_0909829f-40ff-4625-90fa-75da3e53278f" index="7"/>"#
    ));
    assert!(answer.contains(r#"explicitIV="OFj2IjCsPJFfMAxmQxLGPw==""#), "a vector comes with a key of CBC");
    assert_eq!(answer.matches("<cpix:PSSH>").count(), 2, "those of Widevine; FairPlay has none");
    let counter = read("widevine-cenc");
    let answer = counter.answer(&keys_of(&counter, Scheme::Cenc), &signalling()).unwrap();
    assert!(!answer.contains("explicitIV"), "counters begin where the packager says");
}

#[test]
fn keys_that_do_not_fit_are_not_given() {
    let request = read("specification-vod");
    let mut keys = keys_of(&request, Scheme::Cbcs);
    let other = keys_of(&request, Scheme::Cenc).remove(0);
    let last = keys.pop().unwrap();
    assert_eq!(request.answer(&keys, &signalling()).unwrap_err(), AnswerError::NoKey(last.id));
    let (id, made, asked) = (other.id, Scheme::Cenc, Scheme::Cbcs);
    let error = request.answer(&[other, last], &signalling()).unwrap_err();
    assert_eq!(error, AnswerError::OtherScheme { id, made, asked });
    assert!(error.to_string().contains("was made for `cenc` and is asked for with `cbcs`"));
    let located = read("aes-128");
    let keys = keys_of(&located, Scheme::Cbc1);
    let error = located.answer(&keys, &Signalling::default()).unwrap_err();
    assert_eq!(error, AnswerError::Line(LineError::NoAddress(System::Aes128)));
    assert_eq!((error.status(), AnswerError::NoKey(id).status()), (422, 500));
}

#[test]
fn a_prefix_that_means_something_else_further_in() {
    let document = fs::read_to_string(Path::new(CORPUS).join("widevine-cenc/request.xml")).unwrap();
    let document = document.replace("<cpix:ContentKeyList>", "<cpix:ContentKeyList xmlns:pskc=\"urn:x\">");
    let request = Request::read(Some("2.0"), document.as_bytes(), Requirements::default()).unwrap();
    let answer = request.answer(&keys_of(&request, Scheme::Cenc), &signalling()).unwrap();
    let secret = r#"<pskc:Secret xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc"><pskc:PlainValue>"#;
    assert_eq!(answer.matches(secret).count(), 2, "{}", *answer);
}
