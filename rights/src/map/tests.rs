use super::*;

fn sample() -> Sheet<'static> {
    let rows: &[(Shade, &str)] = &[
        (
            Shade::Allowed,
            "NO SE DK FI IS FR DE ES PT IT NL BE AT CH PL US CA MX BR AU NZ SG JP KR GP MQ MT LU SJ GL",
        ),
        (Shade::NotYet, "IN PK BD LK NP ID MY TH VN PH BH AE SA QA KW OM"),
        (Shade::Expired, "AR CL UY PY BO PE ZA NA BW BB TT"),
        (Shade::BlackedOut, "GB IE IM GG JE RU UA"),
        (Shade::OtherTierOrDevice, "EG MA DZ TN LY NG GH KE CN"),
    ];
    let mut countries = Vec::new();
    for (shade, codes) in rows {
        for code in codes.split(' ') {
            let mixed = match code {
                "US" | "CA" => Some(Shade::BlackedOut),
                "GB" => Some(Shade::Allowed),
                "AU" => Some(Shade::NotYet),
                _ => None,
            };
            countries.push(Country { code, shade: *shade, mixed, says: format!("{shade:?} until 2027") });
        }
    }
    Sheet {
        title: "series/north-sea-nights/season-02/episode-07",
        subtitle: "On 14 March 2027 at 20:00 UTC, for tier premium on any device",
        footnote: "Policy sha256:3f1c…9a07. Borders: Natural Earth; shapes follow ISO 3166 and take no side.",
        countries,
        unknown_country: (Shade::Never, "never, since no grant is for the whole world".to_owned()),
        exceptions: (1..=30)
            .map(|n| format!("GB-MAN blacked out until 2027-03-{n:02}T22:00:00Z (football/cup-{n})"))
            .collect(),
    }
}

#[test]
fn write_sample() {
    let path = std::env::temp_dir().join("playgate-map-sample.svg");
    std::fs::write(&path, draw(&sample())).unwrap();
}
