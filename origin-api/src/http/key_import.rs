//! Administrators bring keys that were made elsewhere.

use super::admin::to_its_end;
use super::body::{bytes, is_json};
use super::keys::{Kid, configured, key_id, no_key};
use super::viewer::Administrator;
use crate::app::App;
use crate::drm::{ContentKey, Scheme};
use crate::keys::{Foreign, Imported};
use crate::refusal::{INVALID, KEY_TAKEN, MALFORMED, MEDIA_TYPE, Refused};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rights::title::is_title;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::{Object, Type};
use zeroize::Zeroizing;

/// A content key that was made elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "acme/one", "scheme": "cbcs", "key": "AAECAwQFBgcICQoLDA0ODw==", "iv": "EBESExQVFhcYGRobHB0eHw=="}))]
pub(super) struct ForeignKey {
    /// The title that it is for.
    #[schema(
        min_length = 1,
        max_length = 512,
        pattern = r"^(?!\.{1,2}(/|$))[a-z0-9._-]+(/(?!\.{1,2}(/|$))[a-z0-9._-]+)*$",
        example = "acme/one"
    )]
    title: String,
    /// How it is used.
    #[schema(schema_with = schemes)]
    scheme: String,
    /// Its 16 bytes, in base64.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, pattern = "^[A-Za-z0-9+/]{21}[AQgw]==$", example = "AAECAwQFBgcICQoLDA0ODw==")]
    key: Zeroizing<String>,
    /// Its initialisation vector, 16 bytes in base64. Left out, one is made.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z0-9+/]{21}[AQgw]==$", example = "EBESExQVFhcYGRobHB0eHw==")]
    iv: Option<String>,
}

/// Keeps a content key that was made elsewhere, sealed as all keys are. A key id belongs to one key of one title for ever.
#[utoipa::path(
    put,
    path = "/v1/admin/keys/{kid}",
    operation_id = "putKey",
    tag = "administration",
    params(Kid),
    request_body = ForeignKey,
    security(("login" = [])),
    responses(
        (status = 201, description = "It is kept now."),
        (status = 204, description = "It was kept before, just so."),
        (status = 404, description = "No keys are kept here (`not_found`)."),
        (status = 409, description = "This id has another key, or its key is of another title or tenant (`key_taken`)."),
    )
)]
pub(super) async fn put_key(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(kid): Path<String>,
    foreign: ForeignKey,
) -> Result<StatusCode, Refused> {
    let invalid = |what: &str| Refused::new(INVALID).because(what);
    configured(&app)?;
    let id = key_id(&kid)?;
    if !is_title(&foreign.title) {
        return Err(invalid("`title` is no id of a title, such as `acme/one`"));
    }
    let scheme = Scheme::named(&foreign.scheme)
        .ok_or_else(|| invalid("`scheme` is `cenc`, `cens`, `cbc1` or `cbcs`; AES-128 of HLS is `cbc1`"))?;
    let key = sixteen(&foreign.key).ok_or_else(|| invalid("`key` is 16 bytes in base64, 24 characters"))?;
    let no_iv = || invalid("`iv` is 16 bytes in base64, 24 characters");
    let iv = foreign.iv.as_ref().map(|iv| sixteen(iv).map(|iv| *iv).ok_or_else(no_iv)).transpose()?;
    let key = Foreign { id, scheme, iv, key: ContentKey::from_bytes(*key) };
    let now = u64::try_from(administrator.now).unwrap_or_default();
    let imported = to_its_end(async move {
        let imported =
            configured(&app)?.import(&app.store, &foreign.title, key, now).await.map_err(no_key)?;
        if imported == Imported::New {
            administrator.did("imported key", &format!("{id} of {}", foreign.title));
        }
        Ok(imported)
    })
    .await?;
    match imported {
        Imported::New => Ok(StatusCode::CREATED),
        Imported::Same => Ok(StatusCode::NO_CONTENT),
        Imported::Taken => Err(Refused::new(KEY_TAKEN).because("bring this key under a new id")),
        Imported::NoTenant => Err(invalid("no `[[tenant]]` has this title; add it to one's `titles`")),
    }
}

impl FromRequest<Arc<App>> for ForeignKey {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, app).await?;
        if !is_json {
            return Err(Refused::new(MEDIA_TYPE).because("send JSON, as `content-type: application/json`"));
        }
        let malformed = |place: &str| {
            let form = "the body is {\"title\",\"scheme\",\"key\",\"iv\"}, all of them texts, and `iv` may be left out";
            Refused::new(MALFORMED).because(format!("{form}{place}"))
        };
        // To serde a list of values is as good as an object; to the document it is not.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(malformed(""));
        }
        // What a parser says of a mistake can quote the key, and goes into the log: only where it is is said.
        serde_json::from_slice(&bytes).map_err(|problem| {
            malformed(&format!("; see line {}, column {}", problem.line(), problem.column()))
        })
    }
}

impl fmt::Debug for ForeignKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ForeignKey(..)")
    }
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

fn sixteen(text: &str) -> Option<Zeroizing<[u8; 16]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

fn schemes() -> Object {
    Object::builder()
        .schema_type(Type::String)
        .description(Some("How it is used: a scheme of ISO/IEC 23001-7; AES-128 of HLS is `cbc1`."))
        .enum_values(Some(Scheme::ALL.map(Scheme::name)))
        .build()
}
