//! XML of strangers.

use origin_api::drm::xml::{Element, Limits};

const LIMITS: Limits = Limits { bytes: 2000, depth: 4, elements: 20 };

fn read(document: &str) -> Result<Element, String> {
    Element::read(document.as_bytes(), LIMITS).map_err(|error| error.to_string())
}

#[test]
fn what_is_read_is_written() {
    for (document, written) in [
        ("<a/>", "<a/>"),
        ("<a></a>", "<a/>"),
        ("\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<!-- c --><a> </a>\n<!-- d -->", "<a> </a>"),
        (
            "<a b='\"&lt;&amp;&#39;'>&lt;&#x41;&amp;<![CDATA[<&]]></a>",
            r#"<a b="&quot;&lt;&amp;'">&lt;A&amp;&lt;&amp;</a>"#,
        ),
        (
            "<x:a xmlns:x='urn:x' x:b='1'><x:c/><d xmlns='urn:d'>t</d></x:a>",
            r#"<x:a xmlns:x="urn:x" x:b="1"><x:c/><d xmlns="urn:d">t</d></x:a>"#,
        ),
        ("<a b='&#13;&#10;&#9;\n'>&#13;\n</a>", "<a b=\"&#13;&#10;&#9; \">&#13;\n</a>"),
        ("<a> <b/> </a>", "<a><b/></a>"),
        ("<a xml:space='preserve' é='ü'/>", r#"<a xml:space="preserve" é="ü"/>"#),
    ] {
        let element = read(document).unwrap();
        let mut out = String::new();
        element.write(&mut out);
        assert_eq!(out, written);
        assert!(element.written_size() >= out.len(), "{out}");
        let mut again = String::new();
        read(&out).unwrap().write(&mut again);
        assert_eq!(again, written);
    }
}

#[test]
fn names_are_their_namespaces() {
    let root = read("<x:a xmlns:x='urn:1' xmlns='urn:2'><b/><x:b/><c xmlns=''/><x:d xmlns:x='urn:3' x='1' x:y='2'/></x:a>").unwrap();
    assert!(root.is("urn:1", "a"));
    assert_eq!(root.only("urn:2", "b").map(Element::prefix), Some(None));
    assert_eq!(root.only("urn:1", "b").map(Element::prefix), Some(Some("x")));
    assert_eq!(root.children()[2].namespace(), None);
    let d = root.only("urn:3", "d").unwrap();
    assert_eq!(d.attribute("x"), Some("1"));
    assert_eq!(d.attribute_names().collect::<Vec<_>>(), ["x"]);
    assert_eq!(root.declared_prefix("urn:1"), Some("x"));
    assert_eq!(root.declared_prefix("urn:2"), None, "a default namespace has no prefix");
    assert_eq!(root.count("b"), 2);
    assert!(root.only("urn:1", "e").is_none());
}

#[test]
fn refused() {
    let wide = format!("<a>{}</a>", "<b/>".repeat(20));
    let attributes: String = (0..33).map(|place| format!(" a{place}='1'")).collect();
    for (document, message) in [
        ("", "ends too early"),
        (" ", "ends too early"),
        ("text", "outside the root element"),
        ("<a>", "ends too early"),
        ("<a", "not well-formed"),
        ("</a>", "not well-formed"),
        ("<a></b>", "not well-formed"),
        ("<a/><b/>", "more than one root element"),
        ("<a/>text", "outside the root element"),
        ("<a/>&amp;", "outside the root element"),
        ("<a><b><c><d><e/></d></c></b></a>", "more than 4 deep"),
        (wide.as_str(), "more than 20 elements"),
        (&format!("<a{attributes}/>"), "element `a` has more than 32 attributes"),
        (&format!("<a>{}</a>", "x".repeat(2000)), "has 2007 bytes, at most 2000"),
        ("<!DOCTYPE a><a/>", "has a document type, which is never read"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "has a document type"),
        ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "has a document type"),
        ("<?php x?><a/>", "has a processing instruction"),
        ("<a><?x y?></a>", "has a processing instruction"),
        ("<a>&b;</a>", "entity `b` is not known"),
        ("<a b='&c;'/>", "entity `c` is not known"),
        ("<a>&nbsp;</a>", "entity `nbsp` is not known"),
        ("<a>&#0;</a>", "not well-formed"),
        ("<a>&#8;</a>", "character that XML does not have"),
        ("<a b='&#x1f;'/>", "character that XML does not have"),
        ("<a>&#xD800;</a>", "not well-formed"),
        ("<a>&#99999999999;</a>", "not well-formed"),
        ("<a>&amp</a>", "not well-formed"),
        ("<a>\u{0}</a>", "not UTF-8 text"),
        ("<a>\u{b}</a>", "not UTF-8 text"),
        ("<a b='1' b='2'/>", "not well-formed"),
        ("<a xmlns:x='urn:1' xmlns:y='urn:1' x:b='1' y:b='2'/>", "the same attribute twice"),
        ("<x:a/>", "prefix `x` is not declared"),
        ("<a x:b='1'/>", "prefix `x` is not declared"),
        ("<a><b xmlns:x='urn:x'/><x:c/></a>", "prefix `x` is not declared"),
        ("<a xmlns:x=''/>", "declared for nothing"),
        ("<a xmlns:xml='urn:x'/>", "declared again"),
        ("<a b/>", "not well-formed"),
        ("<a b=1/>", "not well-formed"),
        ("<a b='<'/>", "not well-formed"),
        ("<1a/>", "is no name"),
        ("<a:b:c xmlns:a='urn:a'/>", "is no name"),
        ("<:a/>", "is no name"),
        ("<a><!-- -- --></a>", "not well-formed"),
        ("<?xml version='1.1'?><a/>", "declares `1.1`; send XML 1.0 in UTF-8"),
        ("<?xml version='1.0' encoding='utf-16'?><a/>", "declares `utf-16`; send XML 1.0 in UTF-8"),
        ("<a/><?xml version='1.0'?>", "behind something else"),
    ] {
        let error = read(document).unwrap_err();
        assert!(error.contains(message), "{document}: {error}");
        assert!(error.len() < 400 && !error.contains('\n'), "{error}");
    }
    for bytes in [&b"<a>\xff</a>"[..], b"\xff\xfe<\0a\0/\0>\0", b"\xed\xa0\x80"] {
        assert!(Element::read(bytes, LIMITS).unwrap_err().to_string().contains("not UTF-8 text"));
    }
}
