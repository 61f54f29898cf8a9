//! A strict reader of the XML that a map may be: no declarations, no comments, no CDATA, and of entities only five.

/// Something with a name, its attributes as a reader sees them, and the text directly in it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    /// The names of the elements around it, from the outermost.
    pub(super) within: Vec<String>,
    /// The nearest `fill`, its own or inherited.
    pub(super) fill: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All elements in the order of their ends, or what is wrong.
pub(super) fn read(text: &str) -> Result<Vec<Element>, String> {
    if let Some(char) = text.chars().find(|char| !is_allowed(*char)) {
        return Err(format!("the character {char:?}"));
    }
    let mut open: Vec<Element> = Vec::new();
    let mut done: Vec<Element> = Vec::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        say(&mut open, before)?;
        let (inside, after) = tag.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            let element = open.pop().ok_or("an end too many")?;
            if element.name != name {
                return Err(format!("`{}` ended as `{name}`", element.name));
            }
            done.push(element);
            continue;
        }
        if open.is_empty() && !done.is_empty() {
            return Err("a second root".to_owned());
        }
        let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let mut element = start(inside)?;
        element.within = open.iter().map(|outer| outer.name.clone()).collect();
        let own = element.attribute("fill").map(str::to_owned);
        element.fill = own.or_else(|| open.last().map(|outer| outer.fill.clone())).unwrap_or_default();
        if is_empty { done.push(element) } else { open.push(element) }
    }
    say(&mut open, rest)?;
    if let Some(element) = open.last() {
        return Err(format!("`{}` does not end", element.name));
    }
    Ok(done)
}

fn say(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        _ if text.contains("]]>") => Err("`]]>`".to_owned()),
        Some(element) => {
            element.text += &unescaped(text)?;
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(format!("`{text}` outside")),
    }
}

fn start(inside: &str) -> Result<Element, String> {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("the name `{name}`"));
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.trim_start().is_empty() {
        let (key, value) = rest.trim_start().split_once("=\"").ok_or_else(|| format!("`{rest}`"))?;
        let (value, after) = value.split_once('"').ok_or_else(|| format!("`{key}` does not end"))?;
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(format!("the attribute `{key}`"));
        }
        if attributes.iter().any(|(other, _)| other == key) {
            return Err(format!("`{key}` twice"));
        }
        if !after.is_empty() && !after.starts_with(' ') {
            return Err(format!("no space behind `{key}`"));
        }
        attributes.push((key.to_owned(), unescaped(value)?));
        rest = after;
    }
    let (text, within, fill) = (String::new(), Vec::new(), String::new());
    Ok(Element { name: name.to_owned(), attributes, text, within, fill })
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or("a bare `&`")?;
        result.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            other => return Err(format!("the entity `{other}`")),
        });
        result += after;
    }
    Ok(result)
}

fn is_allowed(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[test]
fn the_reader_is_strict() {
    for good in ["<a/>", "<a></a>", "<a b=\"1\" c=\"&lt;\">x &amp; y<d/></a>\n"] {
        assert!(read(good).is_ok(), "{good}");
    }
    for bad in [
        "<a>",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><b/>",
        "x<a/>",
        "<a/>x",
        "<a b=1/>",
        "<a b='1'/>",
        "<a b=\"1\"c=\"2\"/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a b=\"1/>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a>]]></a>",
        "<a>\0</a>",
        "<a>\u{ffff}</a>",
        "<!-- --><a/>",
        "<!DOCTYPE a><a/>",
        "<?xml version=\"1.0\"?><a/>",
        "<a><![CDATA[x]]></a>",
        "< a/>",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}
