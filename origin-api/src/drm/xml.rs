//! XML documents of strangers: read into a tree, within limits, without any entity of their own.

use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::escape::{minimal_escape, partial_escape, resolve_predefined_entity};
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::reader::Reader;

use super::quoted;

/// How much of a document is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Its length in bytes.
    pub bytes: usize,
    /// How deep elements may stand in one another.
    pub depth: usize,
    /// How many elements there may be.
    pub elements: usize,
}

/// How many attributes an element may have.
const MOST_ATTRIBUTES: usize = 32;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Why a document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// There is too much of it.
    #[error("the document has {bytes} bytes, at most {most} are taken")]
    TooLong {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is too deep.
    #[error("elements stand more than {0} deep in one another")]
    TooDeep(usize),
    /// It has too many parts.
    #[error("there are more than {0} elements")]
    TooManyElements(usize),
    /// An element has too many attributes.
    #[error("element {} has more than {MOST_ATTRIBUTES} attributes", quoted(.0))]
    TooManyAttributes(String),
    /// Its bytes are not those of text.
    #[error("the document is not UTF-8 text; send it as UTF-8")]
    NotText,
    /// It says that it is in another encoding or version.
    #[error("the document declares {}; send XML 1.0 in UTF-8", quoted(.0))]
    Declaration(String),
    /// It brings definitions or instructions.
    #[error("the document has a {0}, which is never read; send it without")]
    Forbidden(&'static str),
    /// It names an entity that XML itself does not have.
    #[error("entity {} is not known; only those of XML itself are", quoted(.0))]
    Entity(String),
    /// A prefix that no declaration belongs to.
    #[error("prefix {} is not declared", quoted(.0))]
    Prefix(String),
    /// It is not well-formed.
    #[error("the document is not well-formed XML: {0}")]
    IllFormed(String),
}

/// An element, with all that stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name as written, with the prefix.
    name: String,
    namespace: Option<Arc<str>>,
    attributes: Vec<Attribute>,
    children: Vec<Self>,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    name: String,
    /// `None` for those without a prefix, and for declarations of namespaces.
    namespace: Option<Arc<str>>,
    value: String,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// When it goes beyond the limits, is not well-formed, or has a document type, an entity or an instruction.
    pub fn read(document: &[u8], limits: Limits) -> Result<Self, XmlError> {
        if document.len() > limits.bytes {
            return Err(XmlError::TooLong { bytes: document.len(), most: limits.bytes });
        }
        let text = std::str::from_utf8(document).map_err(|_| XmlError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if !text.chars().all(is_allowed) {
            return Err(XmlError::NotText);
        }
        Tree { limits, elements: 0, open: Vec::new(), scopes: Vec::new(), root: None }.read(text)
    }

    /// A new element. Its name may have a prefix, which must be declared where it is put.
    #[must_use]
    pub fn new(name: &str, namespace: &str) -> Self {
        Self {
            name: name.into(),
            namespace: Some(namespace.into()),
            attributes: Vec::new(),
            children: Vec::new(),
            text: String::new(),
        }
    }

    /// Its name without the prefix.
    #[must_use]
    pub fn local_name(&self) -> &str {
        local(&self.name)
    }

    /// Its prefix, if it has one.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.name.split_once(':').map(|(prefix, _)| prefix)
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Whether it has this name and namespace.
    #[must_use]
    pub fn is(&self, namespace: &str, local_name: &str) -> bool {
        self.namespace() == Some(namespace) && self.local_name() == local_name
    }

    /// The value of an attribute without a prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The names of the attributes without a prefix. Declarations of namespaces are none.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        let names = self.attributes.iter().map(|attribute| attribute.name.as_str());
        names.filter(|name| !name.contains(':') && *name != "xmlns")
    }

    /// Sets an attribute without a prefix, or a declaration.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        if let Some(there) = self.attributes.iter_mut().find(|attribute| attribute.name == name) {
            there.value = value.into();
        } else {
            self.attributes.push(Attribute { name: name.into(), namespace: None, value: value.into() });
        }
    }

    /// The elements in it.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The elements in it, to change them.
    pub fn children_mut(&mut self) -> &mut Vec<Self> {
        &mut self.children
    }

    /// The elements of this name in it.
    pub fn named<'e>(&'e self, namespace: &'e str, local_name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.is(namespace, local_name))
    }

    /// The one element of this name in it, unless there is none or another.
    #[must_use]
    pub fn only<'e>(&'e self, namespace: &'e str, local_name: &'e str) -> Option<&'e Self> {
        let mut these = self.named(namespace, local_name);
        these.next().filter(|_| these.next().is_none())
    }

    /// How many elements of this name there are in it, at any depth, whatever their namespace.
    #[must_use]
    pub fn count(&self, local_name: &str) -> usize {
        let below = self.children.iter().map(|child| child.count(local_name)).sum::<usize>();
        below + usize::from(self.local_name() == local_name)
    }

    /// The text in it, that of elements in it left out.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Sets the text in it.
    pub fn set_text(&mut self, text: &str) {
        self.text = text.into();
    }

    /// The text in it, to change it.
    pub fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// As many bytes as it has when it is written, or more.
    #[must_use]
    pub fn written_size(&self) -> usize {
        // An escaped character has six bytes at most.
        let attributes =
            self.attributes.iter().map(|attribute| attribute.name.len() + 6 * attribute.value.len() + 4);
        let below = self.children.iter().map(Self::written_size).sum::<usize>();
        2 * self.name.len() + 5 + attributes.sum::<usize>() + 6 * self.text.len() + below
    }

    /// The prefix that this element declares for a namespace.
    #[must_use]
    pub fn declared_prefix(&self, namespace: &str) -> Option<&str> {
        let mut declared = self.attributes.iter().filter(|attribute| attribute.value == namespace);
        declared.find_map(|attribute| attribute.name.strip_prefix("xmlns:"))
    }

    /// Writes it with all that stands in it. Of an element that has others in it the text is left out: it is blanks.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for attribute in &self.attributes {
            out.push(' ');
            out.push_str(&attribute.name);
            out.push_str("=\"");
            attribute.write_value(out);
            out.push('"');
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        if self.children.is_empty() {
            out.push_str(&minimal_escape(&self.text).replace('\r', "&#13;"));
        }
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

impl Attribute {
    fn write_value(&self, out: &mut String) {
        for character in partial_escape(&self.value).chars() {
            match character {
                '"' => out.push_str("&quot;"),
                // As themselves they would be read as blanks.
                '\t' => out.push_str("&#9;"),
                '\n' => out.push_str("&#10;"),
                '\r' => out.push_str("&#13;"),
                other => out.push(other),
            }
        }
    }
}

/// The prefixes that an element declares, and what they stand for.
type Scope = Vec<(String, Option<Arc<str>>)>;

/// A document while it is read.
struct Tree {
    limits: Limits,
    elements: usize,
    open: Vec<Element>,
    /// What every open element declares.
    scopes: Vec<Scope>,
    root: Option<Element>,
}

impl Tree {
    fn read(mut self, text: &str) -> Result<Element, XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut first = true;
        loop {
            match reader.read_event().map_err(|error| ill_formed(&error))? {
                Event::Eof => break,
                Event::Decl(declaration) if first => declared(&declaration)?,
                Event::Decl(_) => return Err(ill_formed(&"a declaration stands behind something else")),
                Event::DocType(_) => return Err(XmlError::Forbidden("document type")),
                Event::PI(_) => return Err(XmlError::Forbidden("processing instruction")),
                Event::Comment(_) => {}
                Event::Start(start) => self.start(&start)?,
                Event::Empty(start) => {
                    self.start(&start)?;
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text)?,
                Event::CData(text) => self.character_data(&text)?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref().map_err(|error| ill_formed(&error))? {
                        Some(character) if is_allowed(character) => character.to_string(),
                        Some(_) => {
                            return Err(ill_formed(&"a reference to a character that XML does not have"));
                        }
                        None => resolve_predefined_entity(&reference)
                            .ok_or_else(|| XmlError::Entity(reference.to_string()))?
                            .to_owned(),
                    };
                    self.character_data(&character)?;
                }
            }
            first = false;
        }
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(ill_formed(&"the document ends too early")),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(ill_formed(&"there is more than one root element"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(XmlError::TooDeep(self.limits.depth));
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(XmlError::TooManyElements(self.limits.elements));
        }
        let name = checked_name(start.name().as_ref())?;
        let mut attributes: Vec<Attribute> = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| ill_formed(&error))?;
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(XmlError::TooManyAttributes(name));
            }
            if attribute.value.contains('<') {
                return Err(ill_formed(&"a `<` stands in an attribute"));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(attribute_error)?;
            if !value.chars().all(is_allowed) {
                return Err(ill_formed(&"a reference to a character that XML does not have"));
            }
            attributes.push(Attribute {
                name: checked_name(attribute.key.as_ref())?,
                namespace: None,
                value: value.into(),
            });
        }
        self.scopes.push(declarations(&attributes)?);
        for place in 0..attributes.len() {
            let Some(attribute) = attributes.get(place) else { continue };
            let Some((prefix, _)) = attribute.name.split_once(':').filter(|(prefix, _)| *prefix != "xmlns")
            else {
                continue;
            };
            let namespace = self.namespace(prefix)?;
            let twice = attributes.iter().take(place).any(|other| {
                other.namespace.is_some()
                    && other.namespace == namespace
                    && local(&other.name) == local(&attribute.name)
            });
            if twice {
                return Err(ill_formed(&"an element has the same attribute twice"));
            }
            if let Some(attribute) = attributes.get_mut(place) {
                attribute.namespace = namespace;
            }
        }
        let namespace = self.namespace(name.split_once(':').map_or("", |(prefix, _)| prefix))?;
        let element = Element { name, namespace, attributes, children: Vec::new(), text: String::new() };
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlError> {
        self.scopes.pop();
        let element = self.open.pop().ok_or_else(|| ill_formed(&"an element ends that never began"))?;
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(element);
        } else {
            self.root = Some(element);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        if self.open.is_empty() && text.chars().all(is_blank) {
            return Ok(());
        }
        self.character_data(text)
    }

    fn character_data(&mut self, text: &str) -> Result<(), XmlError> {
        let open = self.open.last_mut().ok_or_else(|| ill_formed(&"text stands outside the root element"))?;
        open.text.push_str(text);
        Ok(())
    }

    /// What a prefix stands for here; none stands for the default namespace, if there is one.
    fn namespace(&self, prefix: &str) -> Result<Option<Arc<str>>, XmlError> {
        if prefix == "xml" {
            return Ok(Some(XML_NAMESPACE.into()));
        }
        let mut declared = self.scopes.iter().rev().flatten();
        match declared.find(|(declared, _)| declared == prefix) {
            Some((_, namespace)) => Ok(namespace.clone()),
            None if prefix.is_empty() => Ok(None),
            None => Err(XmlError::Prefix(prefix.into())),
        }
    }
}

/// The prefixes that these attributes declare; the default namespace has the empty one.
fn declarations(attributes: &[Attribute]) -> Result<Scope, XmlError> {
    let mut declared = Vec::new();
    for Attribute { name, value, .. } in attributes {
        let prefix = match name.strip_prefix("xmlns:") {
            Some("xml" | "xmlns") => return Err(ill_formed(&"a prefix of XML itself is declared again")),
            Some(_) if value.is_empty() => return Err(ill_formed(&"a prefix is declared for nothing")),
            Some(prefix) => prefix,
            None if name == "xmlns" => "",
            None => continue,
        };
        declared.push((prefix.to_owned(), (!value.is_empty()).then(|| value.as_str().into())));
    }
    Ok(declared)
}

fn declared(declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
    let version = declaration.version().map_err(|error| ill_formed(&error))?;
    if version != "1.0" {
        return Err(XmlError::Declaration(version.into()));
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(encoding) => {
            let encoding = encoding.map_err(|error| ill_formed(&error))?;
            let known = encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("us-ascii");
            if known { Ok(()) } else { Err(XmlError::Declaration(encoding.into())) }
        }
    }
}

/// A name with one prefix at most. XML has a longer list of letters; names outside it are nobody's and match nothing.
fn checked_name(name: &str) -> Result<String, XmlError> {
    let is_part = |part: &str| {
        let begins = |first: char| first.is_alphabetic() || first == '_';
        part.chars().next().is_some_and(begins)
            && part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
    };
    let fits = name
        .split_once(':')
        .map_or_else(|| is_part(name), |(prefix, local_name)| is_part(prefix) && is_part(local_name));
    if fits { Ok(name.into()) } else { Err(ill_formed(&format!("{} is no name", quoted(name)))) }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local_name)| local_name)
}

fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn ill_formed(why: &dyn std::fmt::Display) -> XmlError {
    // The parser's words may show text of the document.
    XmlError::IllFormed(why.to_string().chars().take(160).flat_map(char::escape_debug).collect())
}

fn attribute_error(error: quick_xml::Error) -> XmlError {
    match error {
        quick_xml::Error::Escape(quick_xml::escape::EscapeError::UnrecognizedEntity(_, name)) => {
            XmlError::Entity(name)
        }
        other => ill_formed(&other),
    }
}
