//! How media are encrypted, and by which systems keys are handed out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::KeyId;

/// A protection scheme of ISO/IEC 23001-7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// AES-CTR, whole samples.
    Cenc,
    /// AES-CTR, in a pattern.
    Cens,
    /// AES-CBC, whole samples.
    Cbc1,
    /// AES-CBC, in a pattern.
    Cbcs,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cenc, Self::Cens, Self::Cbc1, Self::Cbcs];

    /// The scheme of this name. Names are in lower case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// Its name, four letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cenc => "cenc",
            Self::Cens => "cens",
            Self::Cbc1 => "cbc1",
            Self::Cbcs => "cbcs",
        }
    }

    /// Its name as the number that boxes have.
    #[must_use]
    pub const fn four_cc(self) -> u32 {
        u32::from_be_bytes(match self {
            Self::Cenc => *b"cenc",
            Self::Cens => *b"cens",
            Self::Cbc1 => *b"cbc1",
            Self::Cbcs => *b"cbcs",
        })
    }

    /// Whether blocks are chained, so that an initialisation vector belongs to the key.
    #[must_use]
    pub const fn is_chained(self) -> bool {
        matches!(self, Self::Cbc1 | Self::Cbcs)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A protection system that a packager may ask signalling of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum System {
    /// Google's.
    Widevine,
    /// Microsoft's.
    PlayReady,
    /// Apple's.
    FairPlay,
    /// Nobody's: the W3C's common box, which names key ids and nothing else; `ClearKey` players read it.
    Common,
    /// Whole segments of HLS under AES-128, with a key that the player fetches.
    Aes128,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Widevine, Self::PlayReady, Self::FairPlay, Self::Common, Self::Aes128];

    /// The system of this id.
    #[must_use]
    pub fn of_id(id: [u8; 16]) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.id() == id)
    }

    /// Its id.
    #[must_use]
    pub const fn id(self) -> [u8; 16] {
        let id: u128 = match self {
            Self::Widevine => 0xedef_8ba9_79d6_4ace_a3c8_27dc_d51d_21ed,
            Self::PlayReady => 0x9a04_f079_9840_4286_ab92_e65b_e088_5f95,
            Self::FairPlay => 0x94ce_86fb_07ff_4f43_adb8_93d2_fa96_8ca2,
            Self::Common => 0x1077_efec_c0b2_4d02_ace3_3c1e_52e2_fb4b,
            Self::Aes128 => 0x3ea8_778f_7742_4bf9_b18b_e834_b2ac_bd47,
        };
        id.to_be_bytes()
    }

    /// Its id as a UUID.
    #[must_use]
    pub fn uuid(self) -> String {
        KeyId::from_bytes(self.id()).to_string()
    }

    /// Whether its players decrypt this scheme.
    #[must_use]
    pub const fn takes(self, scheme: Scheme) -> bool {
        match self {
            Self::Widevine | Self::PlayReady => matches!(scheme, Scheme::Cenc | Scheme::Cbcs),
            Self::FairPlay => matches!(scheme, Scheme::Cbcs),
            Self::Common => true,
            Self::Aes128 => matches!(scheme, Scheme::Cbc1),
        }
    }

    /// Whether it has a box in the media, and thereby data for a DASH manifest.
    #[must_use]
    pub const fn has_box(self) -> bool {
        matches!(self, Self::Widevine | Self::PlayReady | Self::Common)
    }
}

impl fmt::Display for System {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Widevine => "Widevine",
            Self::PlayReady => "PlayReady",
            Self::FairPlay => "FairPlay",
            Self::Common => "the common system",
            Self::Aes128 => "AES-128",
        })
    }
}
