//! Numbers, times and networks as text, without the standard library's formatter: a log line has four of them.

use std::net::IpAddr;

/// A number in decimal digits.
pub(crate) fn number(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    unsigned(out, value.unsigned_abs());
}

/// The same without a sign.
pub(crate) fn unsigned(out: &mut String, value: u64) {
    let mut digits = [0; 20];
    let mut rest = value;
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        count += 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let written = digits.get(digits.len() - count..).unwrap_or_default();
    out.push_str(std::str::from_utf8(written).unwrap_or_default());
}

/// A time as RFC 3339 in UTC. Only the years 0 to 9999 have the usual form, and no others occur in policies.
pub(crate) fn time(out: &mut String, epoch: i64) {
    let (days, second) = (epoch.div_euclid(86_400), epoch.rem_euclid(86_400));
    let (year, month, day) = rights::moment::civil(days);
    let Ok(year) = u64::try_from(year) else {
        out.push_str(&rights::moment::rfc3339(epoch));
        return;
    };
    for zeros in [1000, 100, 10] {
        if year < zeros {
            out.push('0');
        }
    }
    unsigned(out, year);
    for (separator, value) in
        [('-', month), ('-', day), ('T', second / 3600), (':', second / 60 % 60), (':', second % 60)]
    {
        out.push(separator);
        if value < 10 {
            out.push('0');
        }
        number(out, value);
    }
    out.push('Z');
}

/// The network of an address, as far as a log may name it: /24 or /48.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mut out = String::with_capacity(18);
            for octet in address.octets().into_iter().take(3) {
                unsigned(&mut out, u64::from(octet));
                out.push('.');
            }
            out.push_str("0/24");
            out
        }
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            format!("{}/48", std::net::Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for value in [0, 1, 9, 10, 99, 100, 1_800_000_000, i64::MAX, -1, i64::MIN] {
            let mut out = String::new();
            number(&mut out, value);
            assert_eq!(out, value.to_string());
        }
    }

    #[test]
    fn times_are_those_of_the_rights() {
        for epoch in [
            0,
            1,
            59,
            86_399,
            951_782_400,
            1_777_654_800,
            253_402_300_799,
            253_402_300_800,
            -1,
            -62_167_219_200,
            -62_167_219_201,
            i64::MAX,
            i64::MIN,
        ] {
            let mut out = String::new();
            time(&mut out, epoch);
            assert_eq!(out, rights::moment::rfc3339(epoch), "{epoch}");
        }
        for day in 0..40_000 {
            let mut out = String::new();
            time(&mut out, day * 86_400 + day);
            assert_eq!(out, rights::moment::rfc3339(day * 86_400 + day));
        }
    }

    #[test]
    fn networks() {
        for (address, expected) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
