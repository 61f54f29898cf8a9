//! The little of protocol buffers that Widevine's messages need: fields, read strictly, and two kinds of them written.

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'b> {
    /// Its number.
    pub number: u32,
    /// What is in it.
    pub value: Value<'b>,
}

/// What is in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'b> {
    /// A number or an enumeration.
    Number(u64),
    /// A string, bytes or a message.
    Bytes(&'b [u8]),
    /// 4 or 8 bytes of which nothing here makes anything.
    Fixed,
}

/// A message that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no protocol buffer, or it was cut short")]
pub struct Malformed;

/// All fields of a message, in their order.
///
/// # Errors
/// For numbers that are too long, lengths that go beyond the end, groups, and field numbers that do not exist.
pub fn fields(mut bytes: &[u8]) -> Result<Vec<Field<'_>>, Malformed> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (key, rest) = varint(bytes)?;
        let number = u32::try_from(key >> 3).map_err(|_| Malformed)?;
        if number == 0 || number >= 1 << 29 {
            return Err(Malformed);
        }
        let (value, rest) = match key & 7 {
            0 => varint(rest).map(|(value, rest)| (Value::Number(value), rest))?,
            1 => (Value::Fixed, rest.get(8..).ok_or(Malformed)?),
            2 => {
                let (length, rest) = varint(rest)?;
                let length = usize::try_from(length).map_err(|_| Malformed)?;
                let (inside, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
                (Value::Bytes(inside), rest)
            }
            5 => (Value::Fixed, rest.get(4..).ok_or(Malformed)?),
            _ => return Err(Malformed),
        };
        fields.push(Field { number, value });
        bytes = rest;
    }
    Ok(fields)
}

/// The bytes of a field that may be there once. Readers differ in which of two counts, so two are refused.
///
/// # Errors
/// When it is there twice, or is of another kind.
pub fn bytes_once<'b>(fields: &[Field<'b>], number: u32) -> Result<Option<&'b [u8]>, Malformed> {
    match once(fields, number)? {
        None => Ok(None),
        Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
        Some(_) => Err(Malformed),
    }
}

/// The number in a field that may be there once.
///
/// # Errors
/// When it is there twice, or is of another kind.
pub fn number_once(fields: &[Field<'_>], number: u32) -> Result<Option<u64>, Malformed> {
    match once(fields, number)? {
        None => Ok(None),
        Some(Value::Number(value)) => Ok(Some(value)),
        Some(_) => Err(Malformed),
    }
}

/// All that stands in a repeated field of bytes.
///
/// # Errors
/// When one is of another kind.
pub fn bytes_all<'b>(fields: &[Field<'b>], number: u32) -> Result<Vec<&'b [u8]>, Malformed> {
    let these = fields.iter().filter(|field| field.number == number);
    these
        .map(|field| if let Value::Bytes(bytes) = field.value { Ok(bytes) } else { Err(Malformed) })
        .collect()
}

/// Writes a field of bytes.
pub fn push_bytes(message: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    push_varint(message, u64::from(number) << 3 | 2);
    push_varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

/// Writes a field with a number.
pub fn push_number(message: &mut Vec<u8>, number: u32, value: u64) {
    push_varint(message, u64::from(number) << 3);
    push_varint(message, value);
}

fn once<'b>(fields: &[Field<'b>], number: u32) -> Result<Option<Value<'b>>, Malformed> {
    let mut these = fields.iter().filter(|field| field.number == number);
    match (these.next(), these.next()) {
        (first, None) => Ok(first.map(|field| field.value)),
        _ => Err(Malformed),
    }
}

fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let mut value = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(10) {
        let part = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if place == 9 && part > 1 {
            return Err(Malformed);
        }
        value |= part << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(place + 1..).ok_or(Malformed)?));
        }
    }
    Err(Malformed)
}

fn push_varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
        value >>= 7;
    }
    message.push(u8::try_from(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for value in [0, 1, 127, 128, 1_667_392_371, u64::from(u32::MAX), u64::MAX] {
            let mut message = Vec::new();
            push_number(&mut message, 9, value);
            push_bytes(&mut message, 2, b"sixteen bytes ..");
            let read = fields(&message).unwrap();
            assert_eq!(number_once(&read, 9), Ok(Some(value)));
            assert_eq!(bytes_once(&read, 2), Ok(Some(b"sixteen bytes ..".as_slice())));
            assert_eq!(bytes_once(&read, 3), Ok(None));
        }
    }

    #[test]
    fn refused() {
        for (message, why) in [
            (&b"\x80"[..], "a key that is cut short"),
            (b"\x00\x01", "field 0"),
            (b"\x08", "a number that is missing"),
            (b"\x12\x05abcd", "a length beyond the end"),
            (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "a length beyond every end"),
            (b"\x0b\x0c", "a group"),
            (b"\x0f", "a kind that does not exist"),
            (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "a number of 65 bits"),
            (b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", "a number of 11 bytes"),
            (b"\x09\x01\x02", "eight bytes that are two"),
            (b"\x0d\x01\x02", "four bytes that are two"),
        ] {
            assert_eq!(fields(message), Err(Malformed), "{why}");
        }
        let twice = fields(b"\x08\x01\x08\x02").unwrap();
        assert_eq!(number_once(&twice, 1), Err(Malformed));
        assert_eq!(bytes_once(&fields(b"\x08\x01").unwrap(), 1), Err(Malformed));
        assert_eq!(bytes_all(&fields(b"\x12\x01a\x10\x01").unwrap(), 2), Err(Malformed));
    }
}
