//! `playgate serve` with what it keeps in `DynamoDB`: several servers, one table.

use crate::client::Call;
use crate::emulator::{Emulator, Kind, REGION};
use crate::world::{World, from};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 30;

/// A world that keeps what it keeps in the table `playgate` at this address.
fn on_dynamodb(name: &str, endpoint: &str) -> World {
    let mut world = World::new(name);
    let table =
        format!("[store.dynamodb]\nregion = \"{REGION}\"\ntable = \"playgate\"\nendpoint = \"{endpoint}\"\n");
    world.change("[store]\nfile = \"playgate.db\"\n", &table);
    let key = |name: &str| (name.to_owned(), "test".to_owned());
    world.environment = vec![key("AWS_ACCESS_KEY_ID"), key("AWS_SECRET_ACCESS_KEY")];
    world
}

#[test]
fn servers_share_a_table_race_for_its_places_and_come_back() {
    for kind in [Kind::Dynalite, Kind::Moto] {
        let emulator = Emulator::start(kind);
        emulator.make_table("playgate");
        let world = on_dynamodb(&format!("dynamo-{kind:?}"), &emulator.endpoint());
        let servers = [world.start(), world.start()];
        let [one, other] = &servers;
        let viewer = world.issuer.login("viewer", "premium");

        // What one of them hands out the other renews and ends.
        let playback = one.play(&viewer, "acme/film", "path-token").expect(200);
        other.beat(&playback).expect(200);
        one.beat(&playback).expect(200);
        other.end(&playback).expect(204);
        one.beat(&playback).refusal(403, "session_ended");

        // Three places, and thirty that come at once, half of them to each.
        let family = world.issuer.login("family", "premium");
        let start = Barrier::new(CLIENTS);
        let answers: Vec<_> = thread::scope(|scope| {
            let client = |number: usize| {
                let (start, family) = (&start, &family);
                let server = if number.is_multiple_of(2) { one } else { other };
                scope.spawn(move || {
                    start.wait();
                    server.play(family, &format!("acme/counted/{number}"), "path-token")
                })
            };
            let clients: Vec<_> = (0..CLIENTS).map(client).collect();
            clients.into_iter().map(|client| client.join().expect("it is answered")).collect()
        });
        let (playing, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(playing.len(), 3, "{kind:?}");
        for answer in refused {
            assert_eq!(answer.refusal(403, "concurrency")["max_streams"], 3);
        }
        let playing: Vec<Value> = playing.into_iter().map(|answer| answer.json()).collect();

        let film = Call::new("PUT", "/v1/admin/titles/acme/film").json(&json!({"name": "The film"}));
        one.send(&film.login(&world.issuer.admin())).expect(200);
        let shown = from("NO", Call::new("GET", "/v1/catalog/acme/film").login(&viewer));
        // What one is told the other hears of, at its next look.
        let until = Instant::now() + Duration::from_secs(20);
        while other.send(&shown).status != 200 {
            assert!(Instant::now() < until, "{kind:?}: the title is not there");
            thread::sleep(Duration::from_millis(200));
        }

        // Killed and started again, everything is as it was.
        for server in servers {
            server.kill();
        }
        let server = world.start();
        assert_eq!(server.get("/readyz").text(), "ok\n");
        for playback in &playing {
            server.beat(playback).expect(200);
        }
        server.play(&family, "acme/counted/again", "path-token").refusal(403, "concurrency");
        server.beat(&playback).refusal(403, "session_ended");
        assert_eq!(server.send(&shown).expect(200)["name"], "The film");
        server.end(&playing[0]).expect(204);
        server.play(&family, "acme/counted/again", "path-token").expect(200);

        // Without the table nobody gets anything, and everybody hears of it soon.
        drop(emulator);
        let begun = Instant::now();
        server.play(&family, "acme/counted/once-more", "path-token").refusal(503, "store_unavailable");
        server.beat(&playing[1]).refusal(503, "store_unavailable");
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
        // What it said last holds for a moment.
        thread::sleep(Duration::from_secs(2).saturating_sub(begun.elapsed()));
        server.get("/readyz").refusal(503, "store_unavailable");
        assert_eq!(server.get("/healthz").text(), "ok\n");
    }
}
