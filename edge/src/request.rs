//! A viewer's request, as a shell hands it over.

/// Where in the CDN a request is looked at, which decides what is a fact and what is the viewer's own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Lambda@Edge, before the cache: the CDN has said nothing of the viewer yet, and headers that look as if are theirs.
    ViewerRequest,
    /// Lambda@Edge, behind the cache: the CDN's headers are its own.
    OriginRequest,
    /// Workers: the platform speaks beside the headers.
    Worker,
}

impl Event {
    /// As logs write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ViewerRequest => "viewer-request",
            Self::OriginRequest => "origin-request",
            Self::Worker => "worker",
        }
    }

    /// Whether what is said of country and region comes from the platform.
    pub(crate) fn tells_places(self) -> bool {
        self != Self::ViewerRequest
    }

    /// Whether the CDN's device headers are the CDN's.
    pub(crate) fn tells_devices(self) -> bool {
        self == Self::OriginRequest
    }
}

/// What a request consists of, in the order in which shells hand it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Field {
    /// The platform's id of the request.
    Id,
    /// The method.
    Method,
    /// The path, as it stood in the request line.
    Path,
    /// The query, without its question mark.
    Query,
    /// The viewer's address.
    Address,
    /// The country that the platform names.
    Country,
    /// The region that the platform names.
    Region,
    /// The host that was asked for.
    Host,
    /// `authorization`.
    Authorization,
    /// `cookie`.
    Cookie,
    /// The header that carries tokens, by its configured name.
    Token,
    /// `origin`.
    Origin,
    /// `access-control-request-method`.
    RequestedMethod,
    /// `user-agent`.
    UserAgent,
    /// `sec-ch-ua-mobile`.
    HintMobile,
    /// `sec-ch-ua-platform`.
    HintPlatform,
    /// `sec-ch-ua-form-factors`.
    HintFormFactors,
    /// `cloudfront-is-mobile-viewer`.
    CdnMobile,
    /// `cloudfront-is-tablet-viewer`.
    CdnTablet,
    /// `cloudfront-is-smarttv-viewer`.
    CdnSmartTv,
    /// `cloudfront-is-desktop-viewer`.
    CdnDesktop,
    /// On the way back, the origin's `vary`.
    Vary,
    /// On the way back, the origin's `cache-control`.
    CacheControl,
}

/// How many fields a request has.
pub const FIELDS: usize = Field::CacheControl as usize + 1;

/// A viewer's request. What is left out, and what is empty, is not there.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Where it is looked at.
    pub event: Event,
    fields: [&'r str; FIELDS],
}

impl<'r> Request<'r> {
    /// A request with nothing in it.
    #[must_use]
    pub fn new(event: Event) -> Self {
        Self { event, fields: [""; FIELDS] }
    }

    /// The same with this field.
    #[must_use]
    pub fn with(mut self, field: Field, text: &'r str) -> Self {
        if let Some(slot) = self.fields.get_mut(field as usize) {
            *slot = text;
        }
        self
    }

    /// A request of these fields, in their order.
    #[must_use]
    pub fn of(event: Event, fields: [&'r str; FIELDS]) -> Self {
        Self { event, fields }
    }

    /// One field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&'r str> {
        self.fields.get(field as usize).copied().filter(|text| !text.is_empty())
    }

    /// All fields but the path and the query, which have limits of their own.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &'r str> {
        self.fields.iter().skip(Field::Address as usize).copied()
    }
}
