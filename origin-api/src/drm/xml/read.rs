//! From the parser's events to a tree.

use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::quoted;
use super::{Attribute, Element, Limits, MOST_ATTRIBUTES, XmlError, local};

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The prefixes that an element declares, and what they stand for.
type Scope = Vec<(String, Option<Arc<str>>)>;

/// A document while it is read.
pub(super) struct Tree {
    limits: Limits,
    elements: usize,
    open: Vec<Element>,
    /// What every open element declares.
    scopes: Vec<Scope>,
    root: Option<Element>,
}

impl Tree {
    pub(super) fn within(limits: Limits) -> Self {
        Self { limits, elements: 0, open: Vec::new(), scopes: Vec::new(), root: None }
    }

    pub(super) fn read(mut self, text: &str) -> Result<Element, XmlError> {
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

pub(super) fn is_allowed(character: char) -> bool {
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
