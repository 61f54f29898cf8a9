//! What is read from random policies admits exactly those viewers whom the reference admits.
#![cfg(not(target_arch = "wasm32"))]

mod reference;

use reference::random::{random_policy, random_viewers, tree};
use reference::{Outcome, Rng, Viewer, decide, to_toml};
use rights::language::{SourceFile, read};
use rights::model::Policy;
use rights::places::Place;
use rights::title::is_title;
use rights::viewer::Device;

#[test]
fn the_same_viewers_are_admitted() {
    let (tree, mut rng) = (tree(), Rng::seeded(20_260_501));
    let (mut admitted, mut refused) = (0, 0);
    for round in 0..400 {
        let written = random_policy(&mut rng);
        let files = to_toml(&written);
        let files: Vec<SourceFile<'_>> =
            files.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
        let policy = read(&files).unwrap_or_else(|problems| panic!("round {round}: {problems}"));
        assert_eq!(policy.grants.len(), written.grants.len(), "round {round}");
        assert_eq!(policy.blackouts.len(), written.blackouts.len(), "round {round}");
        for grant in &written.grants {
            let read = policy.grants.iter().find(|read| read.id == grant.id).unwrap();
            assert_eq!((read.window.from, read.window.until), (grant.from, grant.until), "round {round}");
            let caps = (read.caps.max_height, read.caps.max_streams, read.caps.drm);
            assert_eq!(caps, (grant.max_height, grant.max_streams, grant.drm), "round {round}");
        }
        for viewer in random_viewers(&mut rng, &written) {
            let expected = matches!(decide(&written, &tree, &viewer), Outcome::Allow { .. });
            assert_eq!(admits(&policy, &viewer), expected, "round {round}: {viewer:?}\n{written:#?}");
            *(if expected { &mut admitted } else { &mut refused }) += 1;
        }
    }
    assert!(admitted > 500 && refused > 500, "{admitted} admitted, {refused} refused");
}

fn admits(policy: &Policy, viewer: &Viewer) -> bool {
    let place = Place::of_viewer(viewer.country.as_deref(), viewer.region.as_deref());
    let device = viewer.device.as_deref().and_then(Device::named).unwrap_or_default();
    let grants = policy.grants.iter().any(|grant| {
        grant.titles.contains(&viewer.title)
            && grant.territories.certainly(place)
            && grant.window.contains(viewer.at)
            && grant.tiers.contains(viewer.tier.as_deref())
            && grant.devices.contains(device)
    });
    let blackouts = policy.blackouts.iter().any(|blackout| {
        blackout.titles.contains(&viewer.title)
            && blackout.territories.possibly(place)
            && blackout.window.contains(viewer.at)
    });
    is_title(&viewer.title) && grants && !blackouts
}
