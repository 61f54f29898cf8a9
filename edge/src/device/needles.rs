//! What is looked for in user agents, by first letter, so that one pass over the text finds all of it.

/// One kind of thing that an agent can say; what follows from them is decided in `agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Said {
    /// That it is a robot, or a device that is none of ours.
    Other,
    Console,
    Cast,
    /// The name of a television's platform.
    Tv,
    /// The bare word inside brackets, where the platform is named.
    WordTv,
    /// The bare word outside of them, where apps are named.
    WordTvOutside,
    /// Televisions, and telephones that say `Mobile` too.
    Tizen,
    Tablet,
    Phone,
    Android,
    Mobile,
    /// A native player or library, on whatever runs it.
    Player,
    /// What every browser says.
    Browser,
    WindowsNt,
    Mac,
    /// iOS and its kin are "like Mac OS X".
    LikeMac,
    Desktop,
}

impl Said {
    /// Its bit in a set.
    pub(super) fn bit(self) -> u32 {
        1 << (self as u8)
    }
}

/// What must stand around a needle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// Anything.
    Any,
    /// Before it no letter or digit.
    Opens,
    /// After it no letter or digit.
    Closes,
    /// Both.
    Word,
    /// After it no letter or digit, and before it no `u`: Cubot makes telephones.
    NotCubot,
}

/// Something to look for, without its first letter.
pub(super) struct Needle {
    pub(super) tail: &'static str,
    pub(super) said: Said,
    pub(super) edges: Edges,
}

/// The needles that begin with this letter, small or capital.
pub(super) fn beginning_with(letter: u8) -> &'static [Needle] {
    match letter | 0x20 {
        b'a' => A,
        b'b' => B,
        b'c' => C,
        b'd' => D,
        b'e' => E,
        b'f' => F,
        b'g' => G,
        b'h' => H,
        b'i' => I,
        b'k' => K,
        b'l' => L,
        b'm' => M,
        b'n' => N,
        b'o' => O,
        b'p' => P,
        b'q' => Q,
        b'r' => R,
        b's' => S,
        b't' => T,
        b'u' => U,
        b'v' => V,
        b'w' => W,
        b'x' => X,
        _ => &[],
    }
}

/// Whether a needle could begin with these two letters. Cheap, and sometimes wrongly yes: characters count by their last
/// five bits, in which small letters and capitals are alike.
pub(super) fn may_begin(first: u8, second: u8) -> bool {
    SECONDS.get(usize::from(first & 31)).is_some_and(|seconds| seconds >> (second & 31) & 1 != 0)
}

/// For each first letter, from `a` at 1 on, which second ones there are.
static SECONDS: [u32; 32] = [
    0,
    seconds(A),
    seconds(B),
    seconds(C),
    seconds(D),
    seconds(E),
    seconds(F),
    seconds(G),
    seconds(H),
    seconds(I),
    0,
    seconds(K),
    seconds(L),
    seconds(M),
    seconds(N),
    seconds(O),
    seconds(P),
    seconds(Q),
    seconds(R),
    seconds(S),
    seconds(T),
    seconds(U),
    seconds(V),
    seconds(W),
    seconds(X),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
];

const fn seconds(mut needles: &[Needle]) -> u32 {
    let mut seconds = 0;
    while let Some((needle, rest)) = needles.split_first() {
        if let Some(second) = needle.tail.as_bytes().first() {
            seconds |= 1 << (*second & 31);
        }
        needles = rest;
    }
    seconds
}

const fn any(tail: &'static str, said: Said) -> Needle {
    Needle { tail, said, edges: Edges::Any }
}

const fn opens(tail: &'static str, said: Said) -> Needle {
    Needle { tail, said, edges: Edges::Opens }
}

const fn closes(tail: &'static str, said: Said) -> Needle {
    Needle { tail, said, edges: Edges::Closes }
}

const fn word(tail: &'static str, said: Said) -> Needle {
    Needle { tail, said, edges: Edges::Word }
}

const A: &[Needle] = &[
    any("ndroid", Said::Android),
    any("ndroid tv", Said::Tv),
    any("ndroidtv", Said::Tv),
    any("ndr0id", Said::Tv),
    any("pple tv", Said::Tv),
    any("ppletv", Said::Tv),
    any("pple watch", Said::Other),
    any("pplewebkit", Said::Browser),
    any("quosbrowser", Said::Tv),
    any("quos-tv", Said::Tv),
    // Fire TV's models: AFTB, AFTMM, AFTSSS and so on.
    opens("ft", Said::Tv),
    any("lexamediaplayer", Said::Other),
];
const B: &[Needle] = &[
    Needle { tail: "ot", said: Said::Other, edges: Edges::NotCubot },
    any("ravia", Said::Tv),
    any("lackberry", Said::Phone),
    any("b10;", Said::Phone),
];
const C: &[Needle] = &[
    any("rkey", Said::Cast),
    any("rawl", Said::Other),
    any("e-html", Said::Tv),
    any("hromecast", Said::Tv),
    opens("ros ", Said::Desktop),
    opens("url/", Said::Other),
];
const D: &[Needle] = &[
    any("alvik", Said::Player),
    Needle { tail: "tv", said: Said::WordTv, edges: Edges::Word },
    any("ocomo", Said::Phone),
];
const E: &[Needle] = &[any("xoplayer", Said::Player)];
const F: &[Needle] = &[any("acebookexternalhit", Said::Other), any("irefox", Said::Browser)];
const G: &[Needle] = &[
    any("oogletv", Said::Tv),
    any("oogle tv", Said::Tv),
    any("t-p", Said::Tablet),
    any("oogleagent", Said::Other),
    any("oogleimageproxy", Said::Other),
];
const H: &[Needle] = &[
    any("bbtv", Said::Tv),
    any("eadlesschrome", Said::Other),
    any("omepod", Said::Other),
    any("ttp://", Said::Other),
    any("ttps://", Said::Other),
];
const I: &[Needle] =
    &[any("pad", Said::Tablet), any("pod", Said::Phone), any("emobile", Said::Phone), any("nettv", Said::Tv)];
const K: &[Needle] = &[any("indle", Said::Tablet), any("aios", Said::Phone), opens("f", Said::Tablet)];
const L: &[Needle] = &[
    any("ike mac os x", Said::LikeMac),
    any("arge screen", Said::Tv),
    any("inux x86_64", Said::Desktop),
    any("inux i686", Said::Desktop),
    any("ighthouse", Said::Other),
    // Browsers on these processors are in television sets and boxes.
    any("inux mips", Said::Tv),
    any("inux sh4", Said::Tv),
];
const M: &[Needle] = &[
    any("obile", Said::Mobile),
    any("acintosh", Said::Mac),
    any("ac os x", Said::Mac),
    any("ac os/", Said::Mac),
    any("ac_powerpc", Said::Mac),
    any("edia3", Said::Player),
    any("idp", Said::Phone),
    opens("itv", Said::Tv),
    opens("ibox", Said::Tv),
];
const N: &[Needle] = &[
    any("intendo", Said::Console),
    any("etcast", Said::Tv),
    any("ettv", Said::Tv),
    any("okia", Said::Phone),
    any("ook hd", Said::Tablet),
    any("exus 7", Said::Tablet),
    any("exus 9", Said::Tablet),
    any("exus 10", Said::Tablet),
];
const O: &[Needle] = &[
    any("pera mini", Said::Phone),
    any("pera mobi", Said::Phone),
    opens("uya", Said::Console),
    any("culusbrowser", Said::Other),
    any("khttp", Said::Player),
];
const P: &[Needle] = &[
    any("laystation", Said::Console),
    any("hone", Said::Phone),
    any("hilipstv", Said::Tv),
    any("laybook", Said::Tablet),
    word("ad", Said::Tablet),
    word("ixel", Said::Phone),
    word("ixel c", Said::Tablet),
    any("review", Said::Other),
    opens("ython", Said::Other),
];
const Q: &[Needle] = &[any("tcarbrowser", Said::Other)];
const R: &[Needle] = &[opens("oku", Said::Tv)];
const S: &[Needle] = &[
    any("mart-tv", Said::Tv),
    any("marttv", Said::Tv),
    any("mart tv", Said::Tv),
    any("martcast", Said::Tv),
    any("ymbian", Said::Phone),
    any("eries60", Said::Phone),
    any("eries40", Said::Phone),
    any("ilk/", Said::Tablet),
    any("ilk-accelerated", Said::Tablet),
    any("tagefright", Said::Player),
    opens("m-a", Said::Phone),
    opens("m-g", Said::Phone),
    opens("m-m", Said::Phone),
    opens("m-n", Said::Phone),
    opens("m-s", Said::Phone),
    opens("m-t", Said::Tablet),
    opens("m-x", Said::Tablet),
    opens("m-p", Said::Tablet),
    any("teamdeck", Said::Console),
    any("pider", Said::Other),
    any("lurp", Said::Other),
];
const T: &[Needle] = &[
    Needle { tail: "v", said: Said::WordTv, edges: Edges::Word },
    any("vos", Said::Tv),
    any("izen", Said::Tizen),
    any("ablet", Said::Tablet),
    word("ab", Said::Tablet),
    any("ouchpad", Said::Tablet),
    any("esla/", Said::Other),
    any("vbox", Said::Tv),
];
const U: &[Needle] = &[any("p.browser", Said::Phone), any("p.link", Said::Phone)];
const V: &[Needle] = &[any("iera", Said::Tv), any("idaa", Said::Tv), any("izio", Said::Tv)];
const W: &[Needle] = &[
    any("indows nt", Said::WindowsNt),
    any("indows phone", Said::Phone),
    any("indows mobile", Said::Phone),
    any("indows ce", Said::Phone),
    any("indows", Said::Desktop),
    any("eb0s", Said::Tv),
    any("ebos.tv", Said::Tv),
    any("ebostv", Said::Tv),
    any("ebosbrowser", Said::Phone),
    any("atchos", Said::Other),
    closes("get", Said::Other),
];
const X: &[Needle] = &[opens("box", Said::Console), opens("11;", Said::Desktop), any("oom", Said::Tablet)];
