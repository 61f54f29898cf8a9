//! What must not play: each reason that a viewer can meet, and who tries to get around it.

use super::client::Client;
use super::{Tried, text, tried};
use serde_json::{Value, json};

const CHANNEL: &str = "demo/tideline";
const COMETS: &str = "kestrelmoor/paper-comets";
const FJORD: &str = "vinterhav/fjord-watch/s1/e01";
const REACTOR: &str = "fathom/the-quiet-reactor";

pub(super) async fn all(client: &Client) -> Result<Vec<Tried>, String> {
    let mut rows = beginning(client).await;
    rows.extend(getting_around(client).await);
    rows.extend(in_the_middle(client).await);
    // As it was, whatever came of it.
    client.post("/demo/policy/reset", &json!({})).await?.bytes(200)?;
    Ok(rows)
}

/// Who may not begin.
async fn beginning(client: &Client) -> Vec<Tried> {
    let mut rows = Vec::new();
    for (title, viewer, tier, status, reason) in [
        (COMETS, "country=NO", None, 401, "no_credentials"),
        (COMETS, "country=NO", Some("free"), 403, "tier"),
        (COMETS, "country=NO; device=cast", Some("premium"), 403, "device"),
        (COMETS, "country=JP", Some("premium"), 403, "not_yet"),
        (FJORD, "country=BR", Some("premium"), 451, "territory"),
        (FJORD, "country=", Some("premium"), 451, "territory_unknown"),
        ("acme/none", "country=NO", Some("premium"), 404, "unknown_title"),
    ] {
        let who = format!("{}, {viewer}", tier.unwrap_or("nobody"));
        let asked = async {
            let client = as_tier(&client.as_viewer(viewer), "once-refused", tier).await?;
            client.play(title, "path-token").await?.refusal(status, reason)
        };
        rows.push(tried(title, &who, asked).await);
    }
    rows
}

/// Who was given something, and does more with it.
async fn getting_around(client: &Client) -> Vec<Tried> {
    let token = async {
        let player = client.logged_in("once-token", "premium").await?;
        let playback = player.play(COMETS, "path-token").await?.json(200)?;
        Ok::<_, String>((playback.clone(), text(&playback, "/url")?.to_owned()))
    };
    let (playback, url) = match token.await {
        Ok(token) => token,
        Err(problem) => return vec![tried("a token", "premium", async { Err(problem) }).await],
    };
    let mut altered = url.clone();
    // Behind `/t/`, in the middle of the token.
    if let Some(at) = altered.find("/t/").map(|at| at + 40) {
        let other = if altered.get(at..=at) == Some("A") { "B" } else { "A" };
        altered.replace_range(at..=at, other);
    }
    let other_title = url.replace(&format!("/vod/{COMETS}/"), &format!("/vod/{FJORD}/"));
    let segment = url.replace("master.m3u8", "1080p/seg-1.m4s");
    let without = format!("/vod/{COMETS}/1080p/seg-1.m4s");
    let (sweden, nowhere) = (client.as_viewer("country=SE"), client.as_viewer("country="));
    let mut rows = vec![
        tried("a token", "copied into Sweden", async {
            sweden.get(&url).await?.refusal(403, "token_country")
        })
        .await,
        tried("a segment", "copied into Sweden", async {
            sweden.get(&segment).await?.refusal(403, "token_country")
        })
        .await,
        tried("a token", "from no known country", async {
            nowhere.get(&url).await?.refusal(403, "token_country_unknown")
        })
        .await,
        tried("a token", "one letter changed", async { forged(&client.get(&altered).await?) }).await,
        tried("a token", "for another title", async {
            client.get(&other_title).await?.refusal(403, "token_path")
        })
        .await,
        tried("a segment", "without anything", async {
            client.get(&without).await?.refusal(401, "no_credentials")
        })
        .await,
        tried("a second player", "of one account", async {
            let other = client.logged_in("once-token", "premium").await?;
            other.play(COMETS, "cookie").await?.refusal(403, "concurrency")
        })
        .await,
        tried("a heartbeat", "of another account", async {
            let other = client.logged_in("once-other", "premium").await?;
            other.post(text(&playback, "/heartbeat/url")?, &json!({})).await?.refusal(403, "other_account")
        })
        .await,
        tried("a key", "without a session", async {
            let keys = text(&playback, "/licenses/key")?
                .split('?')
                .next()
                .unwrap_or_default()
                .replace("{kid}", "73f528b3-bb63-43cb-95b7-c49aae1f62e0");
            client.get(&keys).await?.refusal(401, "no_credentials")
        })
        .await,
        tried("a key", "of another title", async {
            let keys =
                text(&playback, "/licenses/key")?.replace("{kid}", "73f528b3-bb63-43cb-95b7-c49aae1f62e0");
            client.get(&keys).await?.refusal(403, "key_of_another_title")
        })
        .await,
    ];
    rows.push(
        tried("1080 lines", "where 720 are allowed", async {
            let playback = client.play(REACTOR, "path-token").await?.json(200)?;
            let high = text(&playback, "/url")?.replace("master.m3u8", "1080p/index.m3u8");
            client.get(&high).await?.refusal(403, "height")
        })
        .await,
    );
    rows.push(
        tried("cookies", "for another title", async {
            let player = client.logged_in("once-cookies", "premium").await?;
            player.play(REACTOR, "cookie").await?.json(200)?;
            let thief = client.with_cookies_of(&player);
            thief.get(&format!("/vod/{FJORD}/master.m3u8")).await?.refusal(403, "AccessDenied")
        })
        .await,
    );
    rows
}

/// Who plays, and has to stop.
async fn in_the_middle(client: &Client) -> Vec<Tried> {
    let withdrawn = async {
        let (player, playback) = playing(client, "once-withdrawn").await?;
        let session = text(&playback, "/session")?;
        client.post("/demo/withdraw", &json!({ "session": session })).await?.bytes(204)?;
        player.post(text(&playback, "/heartbeat/url")?, &json!({})).await?.refusal(401, "revoked")
    };
    let mut rows = vec![tried("a session", "withdrawn while it plays", withdrawn).await];
    let now = now();
    let blackout = format!(
        "\n[[blackout]]\nid = \"once\"\ntitles = [\"{CHANNEL}\"]\nterritories = [\"NO\"]\nfrom = {}\nuntil = {}\nmessage = \"The match is on local television\"\n",
        moment(now - 60),
        moment(now + 3600)
    );
    rows.extend(changed(client, "a blackout", |text| format!("{text}{blackout}"), 451, "blackout").await);
    let ended = format!("until = {}\ntiers = [\"*\"]", moment(now - 60));
    rows.extend(
        changed(client, "a right that ends", |text| text.replace("tiers = [\"*\"]", &ended), 410, "expired")
            .await,
    );
    rows.extend(
        changed(
            client,
            "a tier that is taken out",
            |text| text.replace("tiers = [\"*\"]", "tiers = [\"family\"]"),
            403,
            "tier",
        )
        .await,
    );
    rows.push(
        tried("a policy with a mistake", "put live", async {
            let files =
                policy(client, |text| text.replace("territories = [\"NO\"]", "territories = [\"UK\"]"))
                    .await?;
            let answer = client.put("/demo/policy", &files).await?.json(422)?;
            let message = text(&answer, "/problems/0/message")?.to_owned();
            Ok(format!("422, and nothing changed: {message}"))
        })
        .await,
    );
    rows
}

/// A policy that is changed while somebody plays: the heartbeat and the edge say so.
async fn changed(
    client: &Client,
    what: &str,
    change: impl Fn(&str) -> String,
    status: u16,
    reason: &str,
) -> Vec<Tried> {
    let begun = async {
        client.post("/demo/policy/reset", &json!({})).await?.bytes(200)?;
        let (player, playback) = playing(client, "once-middle").await?;
        let files = policy(client, change).await?;
        client.put("/demo/policy", &files).await?.bytes(200)?;
        Ok::<_, String>((player, playback))
    };
    let (player, playback) = match begun.await {
        Ok(begun) => begun,
        Err(problem) => return vec![tried(what, "put live", async { Err(problem) }).await],
    };
    vec![
        tried(what, "at the edge, at the next request", async {
            player.get(text(&playback, "/url")?).await?.refusal(status, reason)
        })
        .await,
        tried(what, "at the next heartbeat", async {
            player.post(text(&playback, "/heartbeat/url")?, &json!({})).await?.refusal(status, reason)
        })
        .await,
    ]
}

async fn playing(client: &Client, account: &str) -> Result<(Client, Value), String> {
    let player = client.logged_in(account, "premium").await?;
    let playback = player.play(CHANNEL, "path-token").await?.json(200)?;
    player.get(text(&playback, "/url")?).await?.bytes(200)?;
    Ok((player, playback))
}

/// The live policy with the channel's agreement changed.
async fn policy(client: &Client, change: impl Fn(&str) -> String) -> Result<Value, String> {
    let mut policy = client.get_json("/demo/policy").await?;
    let channel = policy.pointer_mut("/files/channel.toml").ok_or("the demo's policy has no channel.toml")?;
    let changed = change(channel.as_str().unwrap_or_default());
    if channel.as_str() == Some(changed.as_str()) {
        return Err("the change finds nothing to change in channel.toml".to_owned());
    }
    *channel = changed.into();
    Ok(json!({ "files": policy.get("files") }))
}

async fn as_tier(client: &Client, account: &str, tier: Option<&str>) -> Result<Client, String> {
    match tier {
        Some(tier) => client.logged_in(account, tier).await,
        None => Ok(client.clone()),
    }
}

/// Whichever part of the token the letter was in.
fn forged(answer: &super::client::Answer) -> Result<String, String> {
    let body = answer.json(401)?;
    let reason = text(&body, "/reason")?;
    let is_forged = reason.starts_with("token_");
    if is_forged { answer.refusal(401, reason) } else { Err(format!("{reason} where the token was forged")) }
}

fn now() -> i64 {
    crate::front::now()
}

fn moment(time: i64) -> String {
    rights::moment::rfc3339(time)
}
