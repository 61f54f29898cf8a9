//! What may be removed on a warning's word may be removed: random small policies, asked at all their edges.

use super::*;
use crate::compile::Ordered;
use crate::outcome::{Allow, Deny};
use crate::warnings::agreements::agreement;
use crate::warnings::speakers::Speakers;
use crate::warnings::{blackouts, cover, differ};
use crate::{Bundle, Outcome, Viewer, compile, decide};

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.throw(from.len())]
    }
}

const TITLES: [&str; 8] = ["*", "x/*", "x/a", "*", "x/* !x/a", "* !x/a", "x/b/* y", "x/* !x/b/*"];
const PLACES: [&str; 9] =
    ["*", "GB", "GB", "GB-MAN", "GB-ENG", "GB !GB-MAN", "GB NO", "* !GB-MAN", "GB-ENG GB-SCT GB-WLS GB-NIR"];
const TIERS: [&str; 7] = ["*", "free", "free family", "* anonymous", "* !free", "anonymous", "family !free"];
const DEVICES: [&str; 3] = ["tv", "mobile tv", "mobile tablet desktop tv console cast unknown"];

fn any_window(dice: &mut Dice) -> Window {
    window(dice.pick(&[10, 20]), dice.pick(&[None, Some(30), Some(40)]))
}

fn any_policy(dice: &mut Dice, grants: usize) -> Policy {
    let grants = (0..=dice.throw(grants)).map(|number| Grant {
        id: format!("{}/{number}", dice.pick(&["a", "b"])),
        titles: titles(dice.pick(&TITLES)),
        territories: area(dice.pick(&PLACES)),
        window: any_window(dice),
        tiers: tiers(dice.pick(&TIERS)),
        devices: devices(dice.pick(&DEVICES)),
        caps: Caps {
            max_height: dice.pick(&[None, None, Some(720)]),
            max_streams: dice.pick(&[None, None, Some(1)]),
            drm: dice.pick(&[false, false, true]),
        },
        ..grant("a/g")
    });
    let grants = grants.collect();
    let blackouts = (0..dice.throw(3)).map(|number| Blackout {
        titles: titles(dice.pick(&TITLES)),
        territories: area(dice.pick(&PLACES)),
        window: window(dice.pick(&[5, 20, 30]), dice.pick(&[None, Some(35), Some(40)])),
        ..blackout(&format!("c/{number}"))
    });
    let blackouts = blackouts.collect();
    policy(grants, blackouts)
}

/// A viewer who asks for a title at a time.
struct Question {
    title: &'static str,
    codes: (Option<&'static str>, Option<&'static str>),
    tier: Option<&'static str>,
    device: Device,
    at: Epoch,
}

impl Question {
    fn place(&self) -> Place {
        Place::of_viewer(self.codes.0, self.codes.1)
    }

    fn viewer(&self) -> Viewer<'static> {
        Viewer { country: self.codes.0, region: self.codes.1, tier: self.tier, device: self.device }
    }

    /// The grant that counts, as the reference has it, blackouts apart.
    fn grant<'p>(&self, policy: &'p Policy) -> Option<&'p Grant> {
        let matches = |grant: &&Grant| {
            grant.titles.contains(self.title)
                && grant.territories.certainly(self.place())
                && grant.window.contains(self.at)
                && grant.tiers.contains(self.tier)
                && grant.devices.contains(self.device)
        };
        policy.grants.iter().filter(matches).min_by(|one, other| one.before(other))
    }

    fn may_play(&self, policy: &Policy) -> bool {
        let hits = |blackout: &Blackout| {
            blackout.titles.contains(self.title)
                && blackout.territories.possibly(self.place())
                && blackout.window.contains(self.at)
        };
        self.grant(policy).is_some() && !policy.blackouts.iter().any(hits)
    }
}

/// One of every kind, at and around every edge.
fn questions() -> Vec<Question> {
    let places = [
        (None, None),
        (Some("GB"), None),
        (Some("GB"), Some("GB-ENG")),
        (Some("GB"), Some("GB-MAN")),
        (Some("GB"), Some("GB-LND")),
        (Some("GB"), Some("GB-SCT")),
        (Some("NO"), None),
    ];
    let mut questions = Vec::new();
    for title in ["x/a", "x/b/c", "x/z", "y", "z"] {
        for codes in places {
            for tier in [None, Some("free"), Some("family"), Some("other")] {
                for device in [Device::Tv, Device::Mobile, Device::Unknown] {
                    questions.extend([4, 10, 19, 25, 30, 39, 40].map(|at| Question {
                        title,
                        codes,
                        tier,
                        device,
                        at,
                    }));
                }
            }
        }
    }
    questions
}

/// Everything an answer says but for the rule's name, and that if it is wanted.
fn answer(bundle: &Bundle<Vec<u8>>, question: &Question, with_rule: bool) -> String {
    match decide(bundle, &question.viewer(), question.title, question.at) {
        Outcome::Allow(Allow { rule, valid_until, max_height, max_streams, drm, .. }) => {
            let rule = with_rule.then_some(rule);
            format!("{rule:?} {valid_until:?} {max_height:?} {max_streams:?} {drm}")
        }
        Outcome::Deny(Deny { reason, rule, message, available_from, tiers, .. }) => {
            let rule = rule.filter(|_| with_rule);
            let tiers: Vec<String> = tiers.list().map(|tier| tier.to_string()).collect();
            format!("{reason:?} {rule:?} {message:?} {available_from:?} {tiers:?}")
        }
        Outcome::CannotDecide(fault) => panic!("{fault}"),
    }
}

fn bundle(policy: &Policy) -> Bundle<Vec<u8>> {
    Bundle::open(compile(policy).unwrap()).unwrap()
}

/// The policy without some of its grants and blackouts, by their ids.
fn without(policy: &Policy, ids: &[&str]) -> Policy {
    let grants = policy.grants.iter().filter(|grant| !ids.contains(&grant.id.as_str())).cloned();
    let blackouts = policy.blackouts.iter().filter(|blackout| !ids.contains(&blackout.id.as_str())).cloned();
    Policy { grants: grants.collect(), blackouts: blackouts.collect(), ..Policy::default() }
}

#[test]
fn without_grants_that_are_covered_every_answer_is_the_same() {
    let questions = questions();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut removed = 0;
    for round in 0..200 {
        let policy = any_policy(&mut dice, 7);
        let rules = Ordered::of(&policy);
        let reach = rules.reach();
        let covered = cover::covered(&rules, &Speakers::of(&rules, &reach), 0);
        removed += covered.len();
        let id = |number: u32| rules.grants[number as usize].id.as_str();
        // One by one, and all together.
        let mut removals: Vec<(Vec<&str>, bool)> =
            covered.iter().map(|pair| (vec![id(pair.grant)], pair.by < pair.grant)).collect();
        let all_count_later = covered.iter().all(|pair| pair.by < pair.grant);
        removals.push((covered.iter().map(|pair| id(pair.grant)).collect(), all_count_later));

        let before = bundle(&policy);
        for (ids, rule_stays) in removals.into_iter().filter(|(ids, _)| !ids.is_empty()) {
            let less = without(&policy, &ids);
            let after = bundle(&less);
            for question in &questions {
                let counts = |policy| question.grant(policy).map(|grant| (grant.caps, grant.window.until));
                assert_eq!(counts(&policy), counts(&less), "round {round} without {ids:?}");
                assert_eq!(
                    answer(&before, question, rule_stays),
                    answer(&after, question, rule_stays),
                    "round {round} without {ids:?}: {policy:#?}"
                );
            }
        }
    }
    assert!(removed > 40, "only {removed} were covered: the policies are no test");
}

#[test]
fn without_blackouts_that_are_unused_everyone_may_play_what_they_could() {
    let questions = questions();
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let (mut removed, mut kept_in_vain) = (0, 0);
    for round in 0..600 {
        let policy = any_policy(&mut dice, 2);
        let rules = Ordered::of(&policy);
        let reach = rules.reach();
        let unused = blackouts::unused(&rules, &Speakers::of(&rules, &reach), 0);
        let unused: Vec<&str> =
            unused.iter().map(|unused| rules.blackouts[unused.blackout as usize].id.as_str()).collect();
        for blackout in &policy.blackouts {
            let less = without(&policy, &[&blackout.id]);
            let changed =
                questions.iter().any(|question| question.may_play(&policy) != question.may_play(&less));
            if unused.contains(&blackout.id.as_str()) {
                assert!(!changed, "round {round} without {}", blackout.id);
                removed += 1;
            } else {
                kept_in_vain += usize::from(!changed);
            }
        }
    }
    assert!(removed > 40, "only {removed} were unused: the policies are no test");
    // Two blackouts may hit the same; and the tiers of a grant may be no one's.
    assert!(kept_in_vain < 200, "{kept_in_vain} were not reported");
}

#[test]
fn agreements_that_differ_do_so_for_somebody() {
    let questions = questions();
    let mut dice = Dice(0xD1B5_4A32_D192_ED03);
    let mut found = 0;
    for round in 0..300 {
        let policy = any_policy(&mut dice, 6);
        let rules = Ordered::of(&policy);
        let reach = rules.reach();
        let differing = differ::differing(&rules, &Speakers::of(&rules, &reach), &[], 0);
        for (one, counts) in (0_u32..).zip(&rules.grants) {
            for (two, other) in (0_u32..).zip(&rules.grants).skip(one as usize + 1) {
                let pair = Policy { grants: vec![(*counts).clone(), (*other).clone()], ..Policy::default() };
                let alone = |grant: &Grant| Policy { grants: vec![grant.clone()], ..Policy::default() };
                let (only, others) = (alone(counts), alone(other));
                let both = questions.iter().any(|question| {
                    question.grant(&only).is_some()
                        && question.grant(&others).is_some()
                        && question.grant(&pair).map(|grant| &grant.id) == Some(&counts.id)
                });
                let wanted =
                    both && counts.caps != other.caps && agreement(&counts.id) != agreement(&other.id);
                let reported =
                    differing.iter().filter(|pair| (pair.counts, pair.other) == (one, two)).count();
                assert_eq!(reported, usize::from(wanted), "round {round}: {} {}", counts.id, other.id);
                found += reported;
            }
        }
    }
    assert!(found > 50, "only {found} differed: the policies are no test");
}
