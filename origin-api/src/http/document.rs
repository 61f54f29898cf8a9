//! The document that describes all routes: what is the same for many of them is said here, once.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// Refusals that many operations share: their status, name, and what they mean. Of several that apply the first counts.
const SHARED: [(&str, &str, &str); 15] = [
    (
        "400",
        "Malformed",
        "The request cannot be read (`malformed`), or media are not handed out in this way here (`delivery`).",
    ),
    (
        "401",
        "NoLogin",
        "Nobody is logged in (`no_credentials`), the login does not hold (`login_malformed`, `login_expired` and others of this \
         kind), the session is none of this server's (`session_unknown`), or access was withdrawn (`revoked`).",
    ),
    ("403", "NotAdmin", "The login is not of the group of administrators (`not_admin`)."),
    (
        "403",
        "NoKeyFor",
        "It may not: `tier`, `device`, `not_yet`, `session_ended`, `replaced`, `playback_required`, `key_of_another_title`; \
         `drm_required` where players would see the key, `license_refused` where a vendor says no.",
    ),
    ("404", "NoKey", "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
    ("408", "Slow", "The body did not arrive in time (`slow`)."),
    ("410", "Ended", "The right has ended (`expired`)."),
    ("413", "TooLarge", "The body is larger than `limits.body` of the configuration (`too_large`)."),
    ("415", "MediaType", "The body is not of a type that is taken here (`media_type`)."),
    ("422", "Invalid", "It can be read, but not taken; `detail` says why (`invalid`)."),
    ("429", "TooMany", "Too many requests of this account or address in this minute (`too_many_requests`)."),
    ("431", "TooLong", "The address or the headers are longer than 32 KB. There is no body then."),
    (
        "451",
        "NotHere",
        "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`).",
    ),
    ("503", "NoVendor", "Not now: also if the vendor does not answer (`license_unavailable`)."),
    (
        "503",
        "Unavailable",
        "Not now: too much is going on (`overloaded`; nothing was begun), it took too long (`late`), nothing can be kept \
         (`store_unavailable`), nobody can tell whether the login holds (`keys_unavailable`) or what the rights say \
         (`cannot_decide`).",
    ),
];

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The document with what is shared: refusals that nobody wrote beside the route, the form of all of them, and their headers.
pub(super) fn completed(api: &OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    let responses = SHARED.map(|(status, name, description)| (name.to_owned(), refusal(status, description)));
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("responses".to_owned(), Value::Object(Map::from_iter(responses)));
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        let before = schemas.clone();
        schemas.values_mut().for_each(|schema| *schema = merged(schema, &before));
    }
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return document };
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                complete(path, operation);
            }
        }
    }
    document
}

/// A schema that several others make up, as one: each of those would refuse the fields of the others.
fn merged(schema: &Value, all: &Map<String, Value>) -> Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    if let Some(named) = name.and_then(|name| all.get(name)) {
        return merged(named, all);
    }
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return schema.clone() };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts.iter().map(|part| merged(part, all)) {
        properties.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        required.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    let mut whole = schema.as_object().cloned().unwrap_or_default();
    whole.remove("allOf");
    let made = [("type", json!("object")), ("properties", properties.into()), ("required", required.into())];
    whole.extend(made.map(|(key, value)| (key.to_owned(), value)));
    whole.into()
}

/// The routes by which players get keys as they are; of others a vendor knows.
const SEEN_BY_PLAYERS: [&str; 2] = ["/v1/keys/{kid}", "/v1/licenses/clearkey"];

fn gives_keys(path: &str) -> bool {
    path.starts_with("/v1/keys/") || path.starts_with("/v1/licenses/")
}

/// Whether the rights are asked about one title, keys apart.
fn decides(path: &str) -> bool {
    let exactly = ["/v1/catalog/{title}", "/v1/playback", "/v1/playback/{session}/heartbeat"];
    exactly.contains(&path) || path.starts_with("/v1/manifests/")
}

/// What is of no other type is bytes, and not the list of numbers that the derived schema makes of them.
fn binary(content: Option<&mut Value>) {
    let media = content.and_then(|content| content.pointer_mut("/content/application~1octet-stream"));
    if let Some(media) = media.and_then(Value::as_object_mut) {
        media.insert("schema".to_owned(), json!({"type": "string", "format": "binary"}));
    }
}

fn complete(path: &str, operation: &mut Map<String, Value>) {
    let body = operation.get("requestBody").map(|body| body.pointer("/content/application~1json").is_some());
    let has_login = operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|ways| ways.iter().any(|way| way.get("login").is_some()));
    let applies = |name: &str| match name {
        "Malformed" => body.is_some() || path.contains('{'),
        "NoLogin" => has_login || path.contains("{session}"),
        "NotAdmin" => path.starts_with("/v1/admin/"),
        "NoKeyFor" | "NoKey" => gives_keys(path),
        "Ended" | "NotHere" => gives_keys(path) || decides(path),
        "NoVendor" => gives_keys(path) && !SEEN_BY_PLAYERS.contains(&path),
        "Slow" | "TooLarge" => body.is_some(),
        "MediaType" => body == Some(true),
        "Invalid" => body.is_some() && !path.ends_with("/heartbeat"),
        _ => path.starts_with("/v1/") || path == "/openapi.json",
    };
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for kind in parameters.into_iter().flatten().filter_map(|parameter| parameter.pointer_mut("/schema/type"))
    {
        // What may be left out has no null to send in its place.
        if let Some(first) = kind.as_array().and_then(|kinds| kinds.first()).cloned() {
            *kind = first;
        }
    }
    binary(operation.get_mut("requestBody"));
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    responses.values_mut().for_each(|response| binary(Some(response)));
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.as_str() >= "400") {
        if response.get("content").is_none() {
            let described = response.get("description").and_then(Value::as_str).unwrap_or_default();
            *response = refusal(status, described);
        }
    }
    for (status, name, _) in SHARED.into_iter().filter(|(_, name, _)| applies(name)) {
        let shared = || json!({"$ref": format!("#/components/responses/{name}")});
        responses.entry(status).or_insert_with(shared);
    }
}

fn refusal(status: &str, description: &str) -> Value {
    if status == "431" {
        return json!({"description": description});
    }
    let mut response = json!({
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    let header = match status {
        "429" | "503" => {
            ("retry-after", "After how many seconds to try again.", json!({"type": "integer", "minimum": 1}))
        }
        "401" => (
            "www-authenticate",
            "How to log in.",
            json!({"type": "string", "enum": ["Bearer", "Basic realm=\"packagers\""]}),
        ),
        _ => return response,
    };
    let (name, description, schema) = header;
    if let Some(response) = response.as_object_mut() {
        let header = json!({"description": description, "required": true, "schema": schema});
        response.insert("headers".to_owned(), json!({ name: header }));
    }
    response
}
