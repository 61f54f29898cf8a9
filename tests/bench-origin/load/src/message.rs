//! As much of HTTP/1.1 as both sides need: where a message ends.

/// A message that has come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// The length of its head, the empty line included.
    pub head: usize,
    /// Its length.
    pub length: usize,
}

/// The message at the start of `bytes`, if all of it is there. Only bodies with a `content-length` are understood; a message
/// without one has none.
pub fn whole(bytes: &[u8]) -> Result<Option<Whole>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = end + 4;
    let mut length = 0;
    for line in bytes[..end].split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let text = std::str::from_utf8(value).unwrap_or_default();
            length = text.parse().map_err(|_| format!("`{text}` is no length"))?;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err("the body comes in pieces, which nothing here understands".to_owned());
        }
    }
    Ok((bytes.len() >= head + length).then_some(Whole { head, length: head + length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_where_they_say() {
        for (text, expected) in [
            ("", Ok(None)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", Ok(None)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Ok(None)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Ok(Some(Whole { head: 38, length: 40 }))),
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\nGET", Ok(Some(Whole { head: 27, length: 27 }))),
        ] {
            assert_eq!(whole(text.as_bytes()), expected, "{text}");
        }
        assert!(whole(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n").is_err());
        assert!(whole(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
