//! Boxes and headers of many keys, written to `target/tmp/drm` for other implementations to look at: see `scripts/drm-peers`.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use origin_api::drm::{ContentKey, KeyId, MediaKey, Scheme, playready, pssh, widevine};
use serde_json::{Value, json};

use crate::support::{Numbers, hex};

#[test]
fn boxes_for_the_peers() {
    let mut numbers = Numbers::new(8);
    let mut sixteen = || -> [u8; 16] { std::array::from_fn(|_| numbers.byte()) };
    let mut cases = Vec::new();
    for scheme in Scheme::ALL {
        for count in [1, 1, 2, 3, 20] {
            let keys: Vec<MediaKey> = (0..count)
                .map(|_| MediaKey {
                    id: KeyId::from_bytes(sixteen()),
                    scheme,
                    iv: sixteen(),
                    key: ContentKey::from_bytes(sixteen()),
                })
                .collect();
            for url in [None, Some("https://licences.example/?a=1&b=<2>")] {
                cases.push(case(scheme, &keys, url));
            }
        }
    }
    assert_eq!(cases.len(), 40);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drm");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("boxes.json"), serde_json::to_vec_pretty(&cases).unwrap()).unwrap();
}

fn case(scheme: Scheme, keys: &[MediaKey], url: Option<&str>) -> Value {
    let ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
    let object = playready::object(&keys.iter().collect::<Vec<_>>(), url).unwrap();
    let pair = |key: &MediaKey| json!({"kid": key.id, "key": hex(key.key.bytes())});
    json!({
        "scheme": scheme,
        "keys": keys.iter().map(pair).collect::<Vec<_>>(),
        "licence_url": url,
        "widevine": STANDARD.encode(widevine::pssh_box(&ids, scheme)),
        "playready": STANDARD.encode(playready::pssh_box(&object)),
        "common": STANDARD.encode(pssh::common(&ids)),
    })
}
