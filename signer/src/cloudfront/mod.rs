//! CloudFront's proof: policies, signed URLs and signed cookies, and the edge that checks them.
//!
//! One file per stage: [`Address`] and [`Resource`] say what is granted, [`CannedPolicy`] and
//! [`CustomPolicy`] turn that into bytes, [`Signer`] or an outside key signs them, and [`Signed`] writes URLs
//! and cookies. [`verify`] answers as CloudFront's edge would.
//!
//! ```
//! use signer::cloudfront::{Address, CannedPolicy, CustomPolicy, Epoch, KeyPairId, Resource, Signer};
//! use signer::keys::{Hash, PrivateKey};
//! # let pem = include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem");
//! let key = PrivateKey::from_pem(pem)?;
//! let signer = Signer::new(KeyPairId::new("K2JCJMDEHXQW5F")?, key, Hash::RECOMMENDED);
//!
//! // One file, until a time: a canned policy.
//! let address = Address::new("https://cdn.example.com/vod/film/poster.jpg?size=large")?;
//! let signed = signer.sign(CannedPolicy::new(address, Epoch::new(1_767_290_400)?))?;
//! assert!(signed.url().starts_with(
//!     "https://cdn.example.com/vod/film/poster.jpg?size=large&Expires=1767290400&Signature="
//! ));
//!
//! // A whole title for one viewer: a custom policy, as cookies.
//! let resource = Resource::pattern("https://cdn.example.com/vod/film/*")?;
//! let signed = signer.sign(CustomPolicy::new(resource, Epoch::new(1_767_290_400)?))?;
//! assert_eq!(signed.cookies().pairs()[0].0, "CloudFront-Policy");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Canned and custom policies are different types, so that neither can be taken for the other:
//!
//! ```compile_fail
//! # use signer::cloudfront::{CannedPolicy, CustomPolicy};
//! fn needs_canned(_: CannedPolicy) {}
//! fn mixed_up(custom: CustomPolicy) { needs_canned(custom) }
//! ```

mod address;
mod cookies;
mod encoding;
mod key_pair_id;
mod policy;
mod resource;
mod reuse;
mod signature;
mod time;
mod url;
pub mod verify;

pub use address::{Address, AddressError};
pub use cookies::{CookieAttributes, CookieAttributesError, Cookies, SameSite};
pub use key_pair_id::{InvalidKeyPairId, KeyPairId};
pub use policy::{CannedPolicy, CustomPolicy, Policy, PolicyError};
pub use resource::{Resource, ResourceError};
pub use reuse::{SignatureCache, SignatureReuse};
pub use signature::{SignatureError, Signed, Signer, Unsigned};
pub use time::{Epoch, TimeError, Window};
pub use url::UrlError;

/// The query parameters that belong to CloudFront. A viewer's own query may not use their names.
pub const RESERVED_PARAMETERS: [&str; 5] =
    ["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"];

/// The longest URL that CloudFront takes, in bytes.
pub const LONGEST_URL: usize = 8_192;
