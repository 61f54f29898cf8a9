//! XML documents of strangers: read into a tree, within limits, without any entity of their own.

mod read;

use std::sync::Arc;

use quick_xml::escape::partial_escape;

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
        if !text.chars().all(read::is_allowed) {
            return Err(XmlError::NotText);
        }
        read::Tree::within(limits).read(text)
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

    /// Whether it, or anything in it, declares this prefix.
    #[must_use]
    pub fn declares_below(&self, prefix: &str) -> bool {
        let declares = |attribute: &Attribute| attribute.name.strip_prefix("xmlns:") == Some(prefix);
        self.attributes.iter().any(declares) || self.children.iter().any(|child| child.declares_below(prefix))
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
            self.write_text(out);
        }
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    /// Straight into the document: the text may be a key, of which no copy may stay behind.
    fn write_text(&self, out: &mut String) {
        for character in self.text.chars() {
            match character {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '\r' => out.push_str("&#13;"),
                other => out.push(other),
            }
        }
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

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local_name)| local_name)
}
