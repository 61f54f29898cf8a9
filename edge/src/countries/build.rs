//! From a data set in CSV to a table.

use super::runs::{self, Run, Span};
use super::table::{CHECKSUM, INDEX, MAGIC, VERSION, checksum};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses in one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The first address in it.
    pub first: IpAddr,
    /// The last address in it, of the same family and not below the first.
    pub last: IpAddr,
    /// Two capital letters, or nothing if the data know no country.
    pub country: Option<[u8; 2]>,
    /// The line that it comes from, for errors.
    pub line: usize,
}

/// What becomes of ranges that share addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlaps {
    /// They are an error.
    #[default]
    Refuse,
    /// The narrowest counts, as in routing. Where two that are equally narrow disagree, nothing is known.
    Narrowest,
}

/// What is wrong with the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A line that is not `start,end,code`.
    #[error("line {line}: `{text}` is not `start,end,country`")]
    Columns {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// An address that is neither text nor a decimal number.
    #[error("line {line}: `{text}` is no IP address; write it as text or as a decimal number")]
    Address {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A country that is no code.
    #[error("line {line}: `{text}` is no country; write two capital letters, or `ZZ` where it is unknown")]
    Country {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A range from one family to another, or from back to front.
    #[error("line {line}: the range from `{first}` to `{last}` has no addresses; exchange or mend them")]
    Backwards {
        /// The line.
        line: usize,
        /// Its first address.
        first: IpAddr,
        /// Its last.
        last: IpAddr,
    },
    /// Two ranges that share addresses.
    #[error(
        "line {line}: this range overlaps that of line {earlier}; remove one, or let the narrowest count"
    )]
    Overlap {
        /// The line.
        line: usize,
        /// The other, above it.
        earlier: usize,
    },
    /// More than the layout holds.
    #[error("the data have too many {0} for one table")]
    TooMany(&'static str),
}

/// Reads lines of `start,end,country`, each address as text or as a decimal number (up to 4294967295 it is IPv4). `ZZ`,
/// `XX`, `-` and nothing stand for an unknown country. Empty lines and lines that begin with `#` are left out.
///
/// # Errors
/// If a line is anything else; the error names it.
pub fn read_csv(text: &str) -> Result<Vec<Row>, BuildError> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines
        .filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        .map(|(line, text)| row(line, text))
        .collect()
}

/// Builds a table; `dated` is the day of the data in epoch seconds, `source` what they are called.
///
/// # Errors
/// If a range has no addresses, if ranges overlap and may not, or if there is more than a table holds.
pub fn build(rows: &[Row], overlaps: Overlaps, dated: i64, source: &str) -> Result<Vec<u8>, BuildError> {
    let codes: Vec<[u8; 2]> =
        rows.iter().filter_map(|row| row.country).collect::<BTreeSet<_>>().into_iter().collect();
    if u8::try_from(codes.len()).is_err() {
        return Err(BuildError::TooMany("countries"));
    }
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for row in rows {
        let number = row.country.and_then(|code| codes.binary_search(&code).ok()).map_or(0, |at| at + 1);
        let (first, last, spans) = match (row.first, row.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => (first.to_bits().into(), last.to_bits().into(), &mut v4),
            (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits(), last.to_bits(), &mut v6),
            _ => (1, 0, &mut v6),
        };
        if first > last {
            return Err(BuildError::Backwards { line: row.line, first: row.first, last: row.last });
        }
        let country = u8::try_from(number).map_err(|_| BuildError::TooMany("countries"))?;
        spans.push(Span { first, last, country, line: row.line });
    }
    let follow = |spans| {
        runs::follow(spans, overlaps)
            .map_err(|clash| BuildError::Overlap { line: clash.line, earlier: clash.earlier })
    };
    // What ends with the last address of all would leave a run behind it.
    let mut v4 = follow(v4)?;
    v4.retain(|(start, _)| *start <= u128::from(u32::MAX));
    write(&v4, &runs::halve(&follow(v6)?), &codes, dated, source)
}

fn write(v4: &[Run], v6: &[Run], codes: &[[u8; 2]], dated: i64, source: &str) -> Result<Vec<u8>, BuildError> {
    let count = |runs: &[Run]| u32::try_from(runs.len()).map_err(|_| BuildError::TooMany("ranges"));
    let length = u16::try_from(source.len())
        .map_err(|_| BuildError::TooMany("letters in the name of their source"))?;
    let mut table = Vec::new();
    table.extend(MAGIC);
    table.extend(VERSION.to_le_bytes());
    table.extend(count(v4)?.to_le_bytes());
    table.extend(count(v6)?.to_le_bytes());
    table.extend(u16::try_from(codes.len()).map_err(|_| BuildError::TooMany("countries"))?.to_le_bytes());
    table.extend(length.to_le_bytes());
    table.extend(dated.to_le_bytes());
    table.extend([0; CHECKSUM.end - CHECKSUM.start]);
    table.extend(source.as_bytes());
    table.extend(codes.as_flattened());
    for first in (0..INDEX).map(|first| (first as u128) << 24) {
        let below = v4.partition_point(|(start, _)| *start < first);
        table.extend(count(v4.get(..below).unwrap_or_default())?.to_le_bytes());
    }
    for (runs, width) in [(v4, 3), (v6, 8)] {
        for column in (0..width).rev() {
            table.extend(
                runs.iter().map(|(start, _)| start.to_le_bytes().get(column).copied().unwrap_or_default()),
            );
        }
        table.extend(runs.iter().map(|(_, country)| *country));
    }
    let sum = checksum(&table).unwrap_or_default();
    for (place, byte) in table.iter_mut().skip(CHECKSUM.start).zip(sum.to_le_bytes()) {
        *place = byte;
    }
    Ok(table)
}

fn row(line: usize, text: &str) -> Result<Row, BuildError> {
    let mut columns = text.split(',').map(|column| column.trim().trim_matches('"'));
    let (Some(first), Some(last), Some(code), None) =
        (columns.next(), columns.next(), columns.next(), columns.next())
    else {
        return Err(BuildError::Columns { line, text: text.to_owned() });
    };
    let (first, last) = (address(line, first)?, address(line, last)?);
    if first.is_ipv4() != last.is_ipv4() || first > last {
        return Err(BuildError::Backwards { line, first, last });
    }
    let country = match code.as_bytes() {
        b"" | b"-" | b"ZZ" | b"XX" => None,
        [one, two] if one.is_ascii_uppercase() && two.is_ascii_uppercase() => Some([*one, *two]),
        _ => return Err(BuildError::Country { line, text: code.to_owned() }),
    };
    Ok(Row { first, last, country, line })
}

fn address(line: usize, text: &str) -> Result<IpAddr, BuildError> {
    let decimal = || -> Option<IpAddr> {
        let number: u128 = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??;
        Some(match u32::try_from(number) {
            Ok(number) => Ipv4Addr::from_bits(number).into(),
            Err(_) => Ipv6Addr::from_bits(number).into(),
        })
    };
    let read: Option<IpAddr> = text.parse().ok().or_else(decimal);
    read.map(|address| address.to_canonical())
        .ok_or_else(|| BuildError::Address { line, text: text.to_owned() })
}
