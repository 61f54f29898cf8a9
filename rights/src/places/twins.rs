//! Places that ISO 3166 lists twice: as a subdivision of a country, and as a country of its own.

use super::Place;

/// The subdivision, and the country that is the same place.
const TWINS: [(&str, &str); 30] = [
    ("CN-HK", "HK"),
    ("CN-MO", "MO"),
    ("CN-TW", "TW"),
    ("FI-01", "AX"),
    ("FR-971", "GP"),
    ("FR-972", "MQ"),
    ("FR-973", "GF"),
    ("FR-974", "RE"),
    ("FR-976", "YT"),
    ("FR-BL", "BL"),
    ("FR-MF", "MF"),
    ("FR-NC", "NC"),
    ("FR-PF", "PF"),
    ("FR-PM", "PM"),
    ("FR-TF", "TF"),
    ("FR-WF", "WF"),
    ("NL-AW", "AW"),
    ("NL-BQ1", "BQ"),
    ("NL-BQ2", "BQ"),
    ("NL-BQ3", "BQ"),
    ("NL-CW", "CW"),
    ("NL-SX", "SX"),
    ("NO-21", "SJ"),
    ("NO-22", "SJ"),
    ("US-AS", "AS"),
    ("US-GU", "GU"),
    ("US-MP", "MP"),
    ("US-PR", "PR"),
    ("US-UM", "UM"),
    ("US-VI", "VI"),
];

impl Place {
    /// Of a subdivision that is also a country of its own, that country. Networks mostly know viewers there by it, and
    /// neither place covers the other.
    #[must_use]
    pub fn twin(self) -> Option<Self> {
        let (_, country) = TWINS.iter().find(|(subdivision, _)| *subdivision == self.code())?;
        Self::country(country)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_twin_is_a_place_twice() {
        for (subdivision, country) in TWINS {
            let place = Place::parse(subdivision).expect(subdivision);
            assert!(!place.is_country(), "{subdivision}");
            assert_eq!(place.twin().map(Place::code), Some(country), "{subdivision}");
        }
        for code in ["US", "US-NY", "PR", "GB-ENG"] {
            assert_eq!(Place::parse(code).and_then(Place::twin), None, "{code}");
        }
    }
}
