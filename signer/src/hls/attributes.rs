//! Attribute lists (RFC 8216, 4.2): `NAME=value,NAME="quoted, value"`.

use super::error::AttributeFault;

/// One attribute of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    /// The whole name, without blanks around it.
    pub(super) name: &'a [u8],
    /// The value, without its quotes or the blanks around it.
    pub(super) value: &'a [u8],
    /// Whether the value stood in quotes.
    pub(super) quoted: bool,
    /// Where the value begins in the list, after any quote.
    pub(super) start: usize,
}

/// Reads a list. Blanks around names and values are tolerated, as are empty places between commas.
pub(super) struct Attributes<'a> {
    list: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(list: &'a [u8]) -> Self {
        Self { list, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.list.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|byte| !skipped(*byte)).unwrap_or(rest.len());
    }

    /// Takes all up to a byte that `ends` names, or all there is, and moves there.
    fn take(&mut self, ends: impl Fn(&u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn quoted_value(&mut self) -> Result<(usize, &'a [u8]), AttributeFault> {
        self.at += 1;
        let start = self.at;
        let value = self.take(|byte| *byte == b'"');
        if self.rest().is_empty() {
            return Err(AttributeFault::UnterminatedQuote);
        }
        self.at += 1;
        self.skip(is_blank);
        match self.rest().first() {
            None | Some(b',') => Ok((start, value)),
            Some(_) => Err(AttributeFault::StrayQuote),
        }
    }

    fn plain_value(&mut self) -> Result<(usize, &'a [u8]), AttributeFault> {
        let start = self.at;
        let value = self.take(|byte| *byte == b',').trim_ascii_end();
        if value.contains(&b'"') { Err(AttributeFault::StrayQuote) } else { Ok((start, value)) }
    }

    fn read(&mut self) -> Result<Option<Attribute<'a>>, AttributeFault> {
        loop {
            self.skip(|byte| is_blank(byte) || byte == b',');
            let name = self.take(|byte| b"=,\"".contains(byte)).trim_ascii_end();
            match self.rest().first() {
                None => return Ok(None),
                // A name without a value names no URI, whatever else it is.
                Some(b',') => {}
                Some(b'=') => {
                    self.at += 1;
                    self.skip(is_blank);
                    let quoted = self.rest().first() == Some(&b'"');
                    let (start, value) = if quoted { self.quoted_value()? } else { self.plain_value()? };
                    return Ok(Some(Attribute { name, value, quoted, start }));
                }
                Some(_) => return Err(AttributeFault::StrayQuote),
            }
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, AttributeFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read();
        if read.is_err() {
            self.at = self.list.len();
        }
        read.transpose()
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Result<Vec<(String, String)>, AttributeFault> {
        Attributes::new(list.as_bytes())
            .map(|one| {
                one.map(|one| {
                    assert_eq!(list.as_bytes().get(one.start..one.start + one.value.len()), Some(one.value));
                    (
                        String::from_utf8(one.name.to_vec()).unwrap(),
                        String::from_utf8(one.value.to_vec()).unwrap(),
                    )
                })
            })
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lists() {
        for (list, expected) in [
            ("", Ok(pairs(&[]))),
            ("A=1,B=\"x,URI=y\",URI=\"z\"", Ok(pairs(&[("A", "1"), ("B", "x,URI=y"), ("URI", "z")]))),
            (" A = 1 , B = \"x\" \r", Ok(pairs(&[("A", "1"), ("B", "x")]))),
            (",,A=,FLAG,B=2,", Ok(pairs(&[("A", ""), ("B", "2")]))),
            ("A=\"\"", Ok(pairs(&[("A", "")]))),
            ("X-URI=\"a\",URI2=\"b\"", Ok(pairs(&[("X-URI", "a"), ("URI2", "b")]))),
            ("A=\"x", Err(AttributeFault::UnterminatedQuote)),
            ("A=\"x\"y,B=1", Err(AttributeFault::StrayQuote)),
            ("A=x\"y\",B=1", Err(AttributeFault::StrayQuote)),
            ("\"A=1", Err(AttributeFault::StrayQuote)),
        ] {
            assert_eq!(read(list), expected, "{list}");
        }
    }
}
