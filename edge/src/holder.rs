//! Who asks, as their credentials show.

use crate::identity::Login;
use crate::record::readable;
use rights::outcome::Epoch;
use signer::token::Verified;
use std::borrow::Cow;

/// The tier of a login that names none: logged in, and none that a policy could name.
pub const SOME_LOGIN: &str = "-";

/// Who asks. Made only of what was verified, or of nothing.
#[derive(Default)]
pub(crate) struct Holder<'h> {
    pub(crate) credential: Credential,
    /// The id of the key that vouches for it.
    pub(crate) kid: &'h [u8],
    pub(crate) session: Option<&'h [u8]>,
    pub(crate) account: Option<&'h str>,
    pub(crate) issued_at: Option<Epoch>,
    pub(crate) tier: Option<&'h str>,
    /// When a login ends.
    pub(crate) login_ends: Epoch,
    /// What a token says besides.
    pub(crate) bound_to: Option<&'h str>,
    pub(crate) region: Option<&'h str>,
    pub(crate) device: Option<&'h str>,
    pub(crate) max_height: Option<u32>,
}

/// Where credentials stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Credential {
    /// A token in the path.
    Path,
    /// A token in its header.
    Header,
    /// A token in a cookie.
    Cookie,
    /// A login in `authorization`.
    Bearer,
    /// A login in a cookie.
    LoginCookie,
    /// Nowhere.
    #[default]
    None,
}

impl Credential {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
            Self::LoginCookie => "login-cookie",
            Self::None => "none",
        }
    }

    pub(crate) fn is_login(self) -> bool {
        matches!(self, Self::Bearer | Self::LoginCookie)
    }
}

impl<'h> Holder<'h> {
    pub(crate) fn of_token(credential: Credential, token: &Verified<'h>) -> Self {
        Self {
            credential,
            kid: token.kid(),
            session: token.session(),
            account: token.subject(),
            issued_at: token.issued_at().and_then(|time| Epoch::try_from(time).ok()),
            tier: token.tier(),
            login_ends: 0,
            bound_to: token.only_place(),
            region: token.region(),
            device: token.device(),
            max_height: token.max_height(),
        }
    }

    pub(crate) fn of_login(credential: Credential, login: &Login<'h>) -> Self {
        Self {
            credential,
            kid: login.kid().unwrap_or_default().as_bytes(),
            session: login.session().map(str::as_bytes),
            account: Some(login.subject()),
            issued_at: login.issued_at(),
            tier: Some(login.tier().unwrap_or(SOME_LOGIN)),
            login_ends: login.expires_at(),
            ..Self::default()
        }
    }

    /// The tier, if it has a name.
    pub(crate) fn named_tier(&self) -> Option<&'h str> {
        self.tier.filter(|tier| *tier != SOME_LOGIN)
    }

    /// The session's id, as a log may hold it.
    pub(crate) fn session_text(&self) -> Option<Cow<'h, str>> {
        self.session.map(readable)
    }
}
