//! Random requests through the whole edge: no answer that is unsafe, whatever is asked.
//!
//! Each begins as one of the corpus and is then spoilt; edges are kept for thousands of requests, so that what they
//! remember is tried too. `REQUESTS` and `SEED` make it longer and other: `make fuzz` does.
#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

mod fuzzing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::withdrawn::{Entry, Kind, Withdrawn, WithdrawnError};
use edge::{Answer, Edge, Event, Field, Parts, Request};
use fuzzing::Rng;
use fuzzing::asked::{Asked, Seeds};
use fuzzing::checks::{Checked, Known, all, headers};
use fuzzing::host::{Mood, Moody};
use fuzzing::line::Ordered;
use rights::Bundle;
use signer::token::inspect_unverified;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::{World, corpus};

const REQUESTS: u64 = 30_000;

/// After so many requests edges are opened anew.
const SPAN: u64 = 5_000;

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number in the environment"))
}

/// A world with an edge that lives for a while.
struct Place {
    world: World,
    bundle: Bundle<Vec<u8>>,
    edge: Edge,
    host: Moody,
    documents: Vec<Vec<u8>>,
    hands_out: bool,
    /// Nobody withdraws anything or replaces keys: what is remembered must not show.
    calm: bool,
}

impl Place {
    fn named(name: &str) -> Self {
        let world = World::named(name);
        let bundle = Bundle::open(world.bundle.clone()).unwrap();
        let edge = world.open();
        let folder = corpus().join("worlds").join(name);
        let mut documents: Vec<Vec<u8>> = ["cognito", "oidc"]
            .iter()
            .filter_map(|it| std::fs::read(folder.join(format!("{it}.jwks.json"))).ok())
            .collect();
        // Keys under names that were unknown, and documents that are none.
        let renamed =
            |one: &Vec<u8>| String::from_utf8(one.clone()).unwrap().replace("-1\"", "-9\"").into_bytes();
        documents.extend(documents.clone().iter().map(renamed));
        documents.extend(documents.clone().iter().map(|one| one[..one.len() / 2].to_vec()));
        documents.extend([b"{\"keys\":[]}".to_vec(), Vec::new(), vec![0xff; 70_000]]);
        let hands_out = name != "none";
        Self { world, bundle, edge, host: Moody::new(), documents, hands_out, calm: true }
    }

    fn open(&self, seed: u64) -> Edge {
        let World { settings, bundle, keys, withdrawn, countries } = &self.world;
        Edge::open(Parts {
            settings,
            bundle: bundle.clone(),
            keys,
            withdrawn: withdrawn.as_deref(),
            countries: countries.clone(),
            seed,
            now: 1_800_000_000,
        })
        .unwrap()
    }

    /// Withdraws something, or takes all withdrawals back.
    fn withdraw(&mut self, rng: &mut Rng, now: i64) {
        let kinds =
            [(Kind::Session, "s-1"), (Kind::Session, "c-1"), (Kind::Account, "a-1"), (Kind::Account, "b-1")];
        let at = u32::try_from(now.clamp(0, 4_000_000_000)).unwrap();
        let entry = |(kind, id): (Kind, &str)| Entry { kind, id: id.to_owned(), at: at - at.min(100) };
        let entries: Vec<Entry> = kinds.into_iter().filter(|_| rng.percent(20)).map(entry).collect();
        let set = Withdrawn::build(&entries, rng.next()).unwrap();
        // One that is older than what is in force does not take its place.
        match self.edge.withdraw(&set) {
            Ok(()) | Err(WithdrawnError::Older { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        assert!(self.edge.withdraw(&set[1..]).is_err());
    }
}

#[test]
fn no_request_gets_an_unsafe_answer() {
    let requests = from_environment("REQUESTS", REQUESTS);
    let seed = from_environment("SEED", 20_261_121);
    let mut rng = Rng::seeded(seed);
    let seeds = Seeds::read();
    let mut places: BTreeMap<String, Place> =
        seeds.worlds.iter().map(|name| (name.clone(), Place::named(name))).collect();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..requests {
        let asked = seeds.any(&mut rng, number);
        let place = places.get_mut(&asked.world).unwrap();
        if number % SPAN == SPAN - 1 {
            (place.edge, place.host) = (place.open(rng.next()), Moody::new());
            place.calm = rng.percent(50);
        }
        if !place.calm && rng.percent(1) {
            place.withdraw(&mut rng, asked.now);
        }
        if rng.percent(1) {
            let _ = place.edge.keys_due(asked.now);
        }
        place.host.turn(&mut rng, if place.calm { &[] } else { &place.documents });
        let again = number % 16 == 0;
        let tried = catch_unwind(AssertUnwindSafe(|| one(&seeds, place, &asked, again)));
        match tried {
            Ok(Ok(kind)) => *kinds.entry(kind).or_default() += 1,
            Ok(Err(wrong)) => panic!("seed {seed}, request {number}: {wrong}\n{asked:#?}"),
            Err(panic) => {
                panic!("seed {seed}, request {number}: {:?}\n{asked:#?}", panic.downcast_ref::<String>())
            }
        }
    }
    println!("{requests} requests, seed {seed}: {kinds:?}");
    // Whoever refuses everything is safe, and tests nothing.
    if requests >= REQUESTS {
        let count = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
        assert!(count("forward") * 10 > requests && count("redirect") * 400 > requests, "{kinds:?}");
        assert!(kinds.len() >= 55, "{kinds:?}");
    }
}

fn one(seeds: &Seeds, place: &mut Place, asked: &Asked, again: bool) -> Result<String, String> {
    let token_header = place.edge.token_header().to_owned();
    let known =
        Known { seeds, bundle: &place.bundle, token_header: &token_header, hands_out: place.hands_out };
    let request = asked.request();
    let (answer, line) = place.host.ask(&mut place.edge, &request, asked.now)?;
    all(&known, asked, &answer, &line).map_err(|wrong| format!("{wrong}\n{answer:?}\n{line}"))?;
    for status in [200, 304, 404, 503] {
        // What the origin varied by, a platform has looked through already.
        headers(&place.edge.respond(&request.with(Field::Vary, "accept"), status))?;
    }
    if again {
        let mut same = Vec::new();
        for seed in [1, 2] {
            let mut host = Moody::new();
            host.fetch.clone_from(&place.host.fetch);
            same.push(host.ask(&mut place.open(seed), &request, asked.now)?);
        }
        if same.first() != same.last() {
            return Err(format!("two edges differ: {same:?}"));
        }
        // Only a fetch that was rationed makes a difference to one that has been asked before.
        let settled = !line.contains("\"login_unknown_key\"") && !line.contains("\"keys_unavailable\"");
        let alike = place.calm && settled && matches!(place.host.mood, Mood::Ready | Mood::LaterOnce);
        if alike && same.first() != Some(&(answer.clone(), line.clone())) {
            return Err(format!("an edge that was asked before differs: {answer:?} {line}, not {same:?}"));
        }
    }
    let Answer::Respond(response) = &answer else { return Ok("forward".to_owned()) };
    if response.status == 302 {
        let header = |name: &str| {
            response.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        };
        let location = header("location").unwrap_or_default();
        let wrong = follow(place, asked, &line, &location, header("set-cookie").as_deref());
        wrong.map_err(|wrong| format!("{wrong}, after {location}"))?;
        return Ok("redirect".to_owned());
    }
    let (_, reason) = line.split_once("\"reason\":").unwrap_or_default();
    Ok(format!("{} {}", response.status, reason.split(',').next().unwrap_or_default()))
}

/// Whoever got a token gets past with it: at this place and title, and until it ends.
fn follow(place: &mut Place, asked: &Asked, minted: &str, location: &str, cookie: Option<&str>) -> Checked {
    place.host.mood = Mood::Ready;
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let mut next = asked.clone();
    next.set(Field::Authorization, "");
    next.set(Field::Token, "");
    next.set(Field::Path, path);
    next.set(Field::Query, query);
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
    next.set(Field::Cookie, cookie);
    let token = match cookie.split_once('=') {
        Some((_, token)) => token.to_owned(),
        None => path.split('/').nth(2).unwrap_or_default().to_owned(),
    };
    let mut ask = |asked: &Asked| -> Result<(Answer, String), String> {
        place.host.ask(&mut place.edge, &asked.request(), asked.now)
    };
    let (answer, line) = ask(&next)?;
    if line.contains(&token) {
        return Err(format!("a token in the log: {line}"));
    }
    if !matches!(answer, Answer::Forward(_)) {
        return Err(format!("a minted token gets nobody past: {line}"));
    }

    // In the header, where what does not hold is refused at once.
    let mut shown = next.clone();
    let proper = next.split_path().1.to_owned();
    shown.set(Field::Path, proper);
    shown.set(Field::Cookie, "");
    shown.set(Field::Token, token.as_str());
    let claims = inspect_unverified(&token).map_err(|refused| refused.to_string())?.claims;
    let claim = |name: &str| claims.iter().find(|claim| claim.name == Some(name)).map(|claim| &claim.value);
    let ends = claim("exp").and_then(serde_json::Value::as_i64).ok_or("a token without an end")?;
    // Neither the login nor the right is outlived.
    let log = Ordered::read(minted)?;
    let outlives = |until: &str| rights::moment::rfc3339(ends).as_str() > until;
    if log.text("valid_until").is_some_and(outlives) || ends <= asked.now || ends > login_ends(asked) {
        return Err(format!("a token until {ends}: {minted}"));
    }
    let mut expect = |asked: &Asked, reasons: &[&str]| -> Checked {
        let (answer, line) = ask(asked)?;
        let refused = matches!(&answer, Answer::Respond(response) if matches!(response.status, 401 | 403));
        let found = reasons.iter().any(|reason| line.contains(&format!("\"reason\":\"{reason}\"")));
        if refused && found { Ok(()) } else { Err(format!("not {reasons:?}: {line}")) }
    };
    let mut late = shown.clone();
    late.now = ends;
    expect(&late, &["token_expired", "token_key_expired"])?;
    let mut other = shown.clone();
    other.set(Field::Path, "/vod/acme/onetwo/master.m3u8");
    expect(&other, &["token_path"])?;
    if claim("catgeoiso3166").is_some() && asked.event != Event::ViewerRequest {
        let mut abroad = shown;
        abroad.set(Field::Country, "BR");
        abroad.set(Field::Region, "");
        expect(&abroad, &["token_country"])?;
    }
    Ok(())
}

/// When the last of the logins that were shown ends.
fn login_ends(asked: &Asked) -> i64 {
    let payloads = asked.credentials().into_iter().filter_map(|it| it.split('.').nth(1));
    let ends = payloads.filter_map(|part| {
        let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
        claims["exp"].as_i64()
    });
    ends.max().unwrap_or_default()
}

#[test]
fn a_request_of_nothing_is_refused() {
    for name in Seeds::read().worlds {
        let mut place = Place::named(&name);
        for event in [Event::ViewerRequest, Event::OriginRequest, Event::Worker] {
            let (answer, _) = place.host.ask(&mut place.edge, &Request::new(event), 1_800_000_000).unwrap();
            assert!(matches!(answer, Answer::Respond(response) if response.status == 400), "{name}");
        }
    }
}
