//! Addresses and their countries: a small table by hand, everything that can be wrong with one, and the whole data set.
#![cfg(test)]

use edge::countries::{BuildError, Countries, OpenError, Overlaps, Row, build, read_csv};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use wasm_bindgen_test::wasm_bindgen_test;

/// From the ranges for documentation and benchmarks, in no order, as text and as numbers.
const SAMPLE: &str = "\
# Made by hand.
203.0.113.0,203.0.113.127,NO
203.0.113.128,203.0.113.255,SE
192.0.2.0,192.0.2.99,NO
3221226084,3221226239,NO

198.51.100.7,198.51.100.7,DK
198.18.0.0,198.19.255.255,ZZ
198.51.100.8,198.51.100.9,-
::ffff:198.51.100.10,::ffff:198.51.100.11,IS
\"240.0.0.0\",\"255.255.255.255\",\"FI\"
0.0.0.0,0.0.0.0,GL
2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,NO
42540766411283801782723599580828532736,42540766411283801801170343654538084351,SE
2001:db8:2::,2001:db8:2:0:7fff:ffff:ffff:ffff,DK
2001:db8:2:0:8000::,2001:db8:2:1:ffff:ffff:ffff:ffff,FI
2001:db8:3::5,2001:db8:3::5,DK
2001:db8:4::,2001:db8:4:0:7fff:ffff:ffff:ffff,IS
2001:db8:4:0:8000::,2001:db8:4::ffff:ffff:ffff:ffff,IS
ffff:ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,FO
";

const DATED: i64 = 1_781_654_400;

fn table(csv: &str) -> Vec<u8> {
    build(&read_csv(csv).expect("a CSV"), Overlaps::Refuse, DATED, "by hand").expect("a table")
}

#[wasm_bindgen_test(unsupported = test)]
fn addresses_are_where_the_data_say() {
    let table = table(SAMPLE);
    let countries = Countries::open(&table[..]).expect("a table");
    assert_eq!((countries.dated(), countries.source()), (DATED, "by hand"));
    for (address, expected) in [
        ("203.0.113.0", Some("NO")),
        ("203.0.113.127", Some("NO")),
        ("203.0.113.128", Some("SE")),
        ("203.0.113.255", Some("SE")),
        ("203.0.114.0", None),
        ("203.0.112.255", None),
        // Neighbours of one country.
        ("192.0.2.99", Some("NO")),
        ("192.0.2.100", Some("NO")),
        ("192.0.2.255", Some("NO")),
        ("192.0.3.0", None),
        ("192.0.1.255", None),
        ("198.51.100.6", None),
        ("198.51.100.7", Some("DK")),
        ("198.51.100.8", None),
        ("198.18.0.1", None),
        ("198.51.100.11", Some("IS")),
        ("::ffff:198.51.100.11", Some("IS")),
        ("::ffff:203.0.113.200", Some("SE")),
        ("198.51.100.12", None),
        ("0.0.0.0", Some("GL")),
        ("0.0.0.1", None),
        ("239.255.255.255", None),
        ("240.0.0.0", Some("FI")),
        ("250.1.2.3", Some("FI")),
        ("255.255.255.255", Some("FI")),
        ("10.0.0.1", None),
        ("127.0.0.1", None),
        ("192.168.1.1", None),
        ("::", None),
        ("::1", None),
        ("fe80::1", None),
        ("2001:db7:ffff:ffff::", None),
        ("2001:db8::", Some("NO")),
        ("2001:db8:0:ffff:ffff:ffff:ffff:ffff", Some("NO")),
        ("2001:db8:1::1", Some("SE")),
        ("2001:db8:1:1::", None),
        // Half of these 64 bits is in one country, half in another: nobody knows.
        ("2001:db8:2::1", None),
        ("2001:db8:2:0:8000::", None),
        ("2001:db8:2:1::", Some("FI")),
        ("2001:db8:2:2::", None),
        ("2001:db8:3::5", None),
        ("2001:db8:4::1", Some("IS")),
        ("2001:db8:4:0:8000::", Some("IS")),
        ("ffff:ffff:ffff:fffe::", None),
        ("ffff:ffff:ffff:ffff::1", Some("FO")),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("FO")),
    ] {
        assert_eq!(countries.country(address.parse().expect("an address")), expected, "{address}");
    }
}

#[test]
fn an_empty_table_knows_nothing() {
    for csv in ["", "# nothing\n\n", "1.0.0.0,1.0.0.255,ZZ\n2001:db8::,2001:db8::ffff,-"] {
        let countries = Countries::open(table(csv)).expect("a table");
        assert_eq!(countries.runs(), (0, 0));
        for address in ["0.0.0.0", "1.0.0.1", "255.255.255.255", "::", "2001:db8::1", "ffff::"] {
            assert_eq!(countries.country(address.parse().expect("an address")), None);
        }
    }
}

#[test]
fn wrong_lines_are_refused_by_number() {
    for (line, expected) in [
        ("1.0.0.0,1.0.0.255", "line 2: `1.0.0.0,1.0.0.255` is not `start,end,country`"),
        ("1.0.0.0,1.0.0.255,NO,x", "line 2: `1.0.0.0,1.0.0.255,NO,x` is not `start,end,country`"),
        ("start,end,country", "line 2: `start` is no IP address; write it as text or as a decimal number"),
        ("1.0.0.256,1.0.1.0,NO", "line 2: `1.0.0.256` is no IP address"),
        ("1.0.0.0/24,1.0.1.0,NO", "line 2: `1.0.0.0/24` is no IP address"),
        ("01.0.0.0,1.0.1.0,NO", "line 2: `01.0.0.0` is no IP address"),
        (",1.0.1.0,NO", "line 2: `` is no IP address"),
        ("-1,5,NO", "line 2: `-1` is no IP address"),
        ("1e3,5000,NO", "line 2: `1e3` is no IP address"),
        (
            "1,340282366920938463463374607431768211456,NO",
            "line 2: `340282366920938463463374607431768211456` is no",
        ),
        ("2001:db8:::,2001:db8::1,NO", "line 2: `2001:db8:::` is no IP address"),
        ("1.0.0.9,1.0.0.8,NO", "line 2: the range from `1.0.0.9` to `1.0.0.8` has no addresses"),
        ("1.0.0.0,2001:db8::,NO", "line 2: the range from `1.0.0.0` to `2001:db8::` has no addresses"),
        (
            "4294967295,4294967296,NO",
            "line 2: the range from `255.255.255.255` to `::1:0:0` has no addresses",
        ),
        ("1.0.0.0,1.0.0.1,no", "line 2: `no` is no country; write two capital letters, or `ZZ`"),
        ("1.0.0.0,1.0.0.1,NOR", "line 2: `NOR` is no country"),
        ("1.0.0.0,1.0.0.1,N", "line 2: `N` is no country"),
        ("1.0.0.0,1.0.0.1,É", "line 2: `É` is no country"),
        ("1.0.0.0,1.0.0.1,N1", "line 2: `N1` is no country"),
    ] {
        let error = read_csv(&format!("# head\n{line}\n")).expect_err(line);
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn overlaps_are_refused_unless_the_narrowest_may_count() {
    for (csv, line, earlier) in [
        ("1.0.0.0,1.0.0.255,NO\n1.0.0.255,1.0.1.0,SE", 2, 1),
        ("1.0.0.9,1.0.0.9,NO\n2.0.0.0,2.0.0.9,SE\n1.0.0.0,1.0.0.255,DK", 3, 1),
        ("1.0.0.0,1.0.0.255,NO\n1.0.0.0,1.0.0.255,NO", 2, 1),
        ("1.0.0.0,1.0.0.255,ZZ\n1.0.0.0,1.0.0.255,NO", 2, 1),
        ("2001:db8::,2001:db8::9,NO\n2001:db8::9,2001:db8::a,NO", 2, 1),
    ] {
        let rows = read_csv(csv).expect("rows");
        let refusal = build(&rows, Overlaps::Refuse, 0, "").expect_err(csv);
        assert_eq!(refusal, BuildError::Overlap { line, earlier }, "{csv}");
        assert!(build(&rows, Overlaps::Narrowest, 0, "").is_ok());
    }
    let csv = "1.0.0.0,1.0.0.255,NO\n1.0.0.16,1.0.0.31,SE\n1.0.0.20,1.0.0.20,DK\n1.0.0.24,1.0.0.39,FI\n\
               1.0.0.0,1.0.0.3,ZZ\n1.0.0.252,1.0.0.255,IS\n1.0.0.254,1.0.1.9,NO";
    let rows = read_csv(csv).expect("rows");
    let countries =
        Countries::open(build(&rows, Overlaps::Narrowest, 0, "").expect("a table")).expect("a table");
    for (last, expected) in [
        (0, None),
        (3, None),
        (4, Some("NO")),
        (16, Some("SE")),
        (20, Some("DK")),
        (21, Some("SE")),
        // Two of sixteen addresses each, in different countries.
        (24, None),
        (31, None),
        (32, Some("FI")),
        (40, Some("NO")),
        (252, Some("IS")),
        (255, Some("IS")),
    ] {
        assert_eq!(countries.country(Ipv4Addr::new(1, 0, 0, last).into()), expected, "{last}");
    }
    assert_eq!(countries.country(Ipv4Addr::new(1, 0, 1, 0).into()), Some("NO"));
}

#[test]
fn ranges_of_no_addresses_and_too_much_are_refused() {
    let (four, six) = (Ipv4Addr::new(1, 0, 0, 1), Ipv6Addr::LOCALHOST);
    for (first, last) in [
        (four.into(), IpAddr::from(six)),
        (six.into(), four.into()),
        (four.into(), Ipv4Addr::LOCALHOST.into()),
    ] {
        let row = Row { first: last, last: first, country: None, line: 7 };
        assert_eq!(
            build(&[row], Overlaps::Refuse, 0, ""),
            Err(BuildError::Backwards { line: 7, first: last, last: first })
        );
    }
    let many: Vec<Row> = (0..256)
        .map(|number| {
            let address = Ipv4Addr::from_bits(number * 2).into();
            let (one, two) =
                (u8::try_from(number / 26).expect("small"), u8::try_from(number % 26).expect("small"));
            Row { first: address, last: address, country: Some([b'A' + one, b'A' + two]), line: 1 }
        })
        .collect();
    assert_eq!(build(&many, Overlaps::Refuse, 0, ""), Err(BuildError::TooMany("countries")));
    assert!(build(&many[..255], Overlaps::Refuse, 0, "").is_ok());
    assert!(build(&[], Overlaps::Refuse, 0, &"x".repeat(65536)).is_err());
}

#[test]
fn what_is_cut_off_or_damaged_is_refused() {
    let table = table(SAMPLE);
    for end in 0..table.len() {
        assert!(Countries::open(&table[..end]).is_err(), "{end}");
    }
    let mut longer = table.clone();
    longer.push(0);
    assert!(matches!(Countries::open(&longer[..]).err(), Some(OpenError::Length { .. })));
    for bit in 0..table.len() * 8 {
        let mut damaged = table.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Countries::open(&damaged[..]).is_err(), "{bit}");
    }
    for (bytes, expected) in [
        (&b""[..], OpenError::NotATable),
        (b"PGATEIPC", OpenError::NotATable),
        (b"PGATEIPC\x02\0\0\0", OpenError::Version(2)),
        (&[0xff; 4000], OpenError::NotATable),
    ] {
        assert_eq!(Countries::open(bytes).err(), Some(expected));
    }
}

/// Whatever the bytes behind the header are, a table that opens answers without a panic: the checksum is made to fit.
#[test]
fn damage_that_the_checksum_misses_is_refused_or_harmless() {
    let table = table(SAMPLE);
    let mut opened = 0;
    for bit in (8 * 8..table.len() * 8).filter(|bit| !(32 * 8..40 * 8).contains(bit)) {
        let mut damaged = table.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let sum = checksum(&damaged);
        damaged[32..40].copy_from_slice(&sum.to_le_bytes());
        let Ok(countries) = Countries::open(&damaged[..]) else { continue };
        opened += 1;
        let _ = (countries.source(), countries.dated());
        for number in (0..=255).map(|first| first << 24 | 0x0033_6407) {
            let country = countries.country(Ipv4Addr::from_bits(number).into());
            assert!(country.is_none_or(|code| code.len() == 2));
            let _ = countries.country(Ipv6Addr::from_bits(u128::from(number) << 96).into());
        }
    }
    assert!(opened > 100, "{opened}");
}

/// As `table` documents it.
fn checksum(table: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(0x706c_6179_6761_7465, 0x636f_756e_7472_6965);
    hasher.write(&table[..32]);
    hasher.write(&table[40..]);
    hasher.finish()
}

/// Of 100,000 addresses at random, half of them at the edges of ranges, against a scan of all rows. Run it with
/// `PLAYGATE_IP_COUNTRIES=$(scripts/ip-countries) cargo test --release -p edge --test countries -- --ignored --nocapture`.
#[test]
#[ignore = "needs the data set, which scripts/ip-countries fetches"]
fn the_whole_data_set_is_answered_as_a_scan_of_it_answers() {
    let folder = std::env::var("PLAYGATE_IP_COUNTRIES").expect("PLAYGATE_IP_COUNTRIES names the folder");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}.csv")).expect("a CSV");
    let mut rows = read_csv(&read("geo-whois-asn-country-ipv4")).expect("rows");
    rows.extend(read_csv(&read("geo-whois-asn-country-ipv6")).expect("rows"));
    println!(
        "strictly: {:?}",
        build(&rows, Overlaps::Refuse, DATED, "").err().map(|error| error.to_string())
    );
    let begun = std::time::Instant::now();
    let table =
        build(&rows, Overlaps::Narrowest, DATED, "geo-whois-asn-country 2.3.2026061719").expect("a table");
    println!("built in {:?}", begun.elapsed());
    std::fs::write(format!("{folder}/countries.bin"), &table).expect("a file");
    let begun = std::time::Instant::now();
    let countries = Countries::open(&table[..]).expect("a table");
    println!(
        "opened in {:?}; {} rows, {} bytes, {:?} runs",
        begun.elapsed(),
        rows.len(),
        table.len(),
        countries.runs()
    );

    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut addresses = Vec::new();
    for number in 0..100_000 {
        let row = &rows[usize::try_from(random() % rows.len() as u64).expect("small")];
        addresses.push(match (number % 4, row.first, row.last) {
            (0, ..) => IpAddr::from(Ipv4Addr::from_bits(u32::try_from(random() >> 32).expect("small"))),
            (1, IpAddr::V4(first), _) => Ipv4Addr::from_bits(first.to_bits().wrapping_sub(1)).into(),
            (2, ..) => row.first,
            (3, ..) => row.last,
            (_, IpAddr::V6(first), _) => Ipv6Addr::from_bits(
                first.to_bits() ^ u128::from(random()) ^ u128::from(random() & 0xffff) << 64,
            )
            .into(),
            (_, IpAddr::V4(first), _) => first.into(),
        });
    }
    let wrong: Vec<_> = addresses
        .iter()
        .filter(|address| countries.country(**address).map(str::to_owned) != scan(&rows, **address))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}, such as {:?}",
        wrong.len(),
        addresses.len(),
        &wrong[..wrong.len().min(9)]
    );

    let mut per_country = BTreeMap::new();
    for family in [true, false] {
        let those: Vec<_> = addresses.iter().copied().filter(|address| address.is_ipv4() == family).collect();
        let begun = std::time::Instant::now();
        for address in those.iter().cycle().take(5_000_000) {
            *per_country.entry(std::hint::black_box(countries.country(*address)).is_some()).or_insert(0) += 1;
        }
        println!(
            "IPv4 {family}: {} ns a lookup, of {} addresses",
            begun.elapsed().as_nanos() / 5_000_000,
            those.len()
        );
    }
}

/// The narrowest row of an IPv4 address; of IPv6 the country that every part of its 64 bits is in.
fn scan(rows: &[Row], address: IpAddr) -> Option<String> {
    let low = u128::from(u64::MAX);
    let (begin, end) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), u128::from(address.to_bits())),
        IpAddr::V6(address) => (address.to_bits() & !low, address.to_bits() | low),
    };
    let ends = |row: &Row| match (row.first, row.last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (u128::from(first.to_bits()), u128::from(last.to_bits())),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits(), last.to_bits()),
        _ => panic!("two families"),
    };
    let touching: Vec<_> = rows
        .iter()
        .filter(|row| row.first.is_ipv4() == address.is_ipv4())
        .map(|row| (ends(row), row.country))
        .filter(|((first, last), _)| *first <= end && *last >= begin)
        .collect();
    let at = |point: u128| {
        let covering = || touching.iter().filter(|((first, last), _)| *first <= point && *last >= point);
        let width = covering().map(|((first, last), _)| last - first).min()?;
        let mut codes = covering().filter(|((first, last), _)| last - first == width).map(|(_, code)| *code);
        let code = codes.next().flatten();
        codes.all(|other| other == code).then_some(code).flatten()
    };
    // Answers change only where a range begins or has ended.
    let mut points = vec![begin];
    points.extend(touching.iter().flat_map(|((first, last), _)| [*first, last.saturating_add(1)]));
    let answers: Vec<_> = points.into_iter().filter(|point| (begin..=end).contains(point)).map(at).collect();
    let code = answers.first().copied().flatten()?;
    answers
        .iter()
        .all(|other| *other == Some(code))
        .then(|| code.iter().map(|byte| char::from(*byte)).collect())
}
