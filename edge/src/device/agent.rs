//! User agents: one pass over the text collects what is said in it, then an order of precedence decides.

use super::needles::{self, Edges, Needle, Said};
use rights::viewer::Device;

/// No more of an agent than this is read; what names a device stands at the front.
pub(super) const LONGEST: usize = 512;

/// What a user agent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    /// The device.
    pub(super) device: Device,
    /// Whether it is something that hints cannot say, and are wrong about.
    pub(super) beyond_hints: bool,
}

/// Reads a user agent. What says nothing is unknown.
pub(super) fn read(text: &str) -> Read {
    let all = text.as_bytes();
    let said = collect(all.get(..LONGEST).unwrap_or(all));
    let says = |what: Said| said & what.bit() != 0;
    let beyond = |device| Read { device, beyond_hints: true };
    let within = |device| Read { device, beyond_hints: false };

    // A robot that pretends to be a telephone is a robot all the same; a console's browser speaks of telephones and
    // televisions, a cast receiver of televisions; a television of tablets. Hence this order.
    if says(Said::Other) {
        return beyond(Device::Unknown);
    }
    if says(Said::Console) {
        return beyond(Device::Console);
    }
    if says(Said::Cast) {
        return beyond(Device::Cast);
    }
    if says(Said::Tv) || (says(Said::Tizen) && !says(Said::Mobile)) {
        return beyond(Device::Tv);
    }
    // `TV` alone stands where browsers name the platform, and sets say `Mobile` there as often as not. Elsewhere it is
    // a browser's way to say so, or part of the name of an app, which runs on telephones and computers too.
    let computer = says(Said::WindowsNt) || says(Said::Mac) && !says(Said::LikeMac);
    let word = says(Said::WordTv) || says(Said::WordTvOutside) && says(Said::Browser) && !says(Said::Mobile);
    if word && !says(Said::Phone) && !says(Said::Tablet) && !computer {
        return beyond(Device::Tv);
    }
    // Internet Explorer on computers says `Tablet PC`; the Kindle's browser says Macintosh.
    if says(Said::Tablet) && !says(Said::WindowsNt) {
        return within(Device::Tablet);
    }
    if says(Said::Phone) {
        return within(Device::Mobile);
    }
    if says(Said::Android) {
        return within(match (says(Said::Mobile), says(Said::Player), says(Said::Browser)) {
            (true, _, _) => Device::Mobile,
            (false, false, true) => Device::Tablet,
            _ => Device::Unknown,
        });
    }
    if computer || says(Said::Desktop) {
        return within(Device::Desktop);
    }
    within(if says(Said::Mobile) { Device::Mobile } else { Device::Unknown })
}

/// The set of everything said in the text.
fn collect(text: &[u8]) -> u32 {
    let mut said = 0;
    let mut before = b' ';
    let mut inside = false;
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        inside = first == b'(' || inside && first != b')';
        let second = tail.first().copied().unwrap_or_default();
        // Of ten letters in an agent nine begin nothing.
        if needles::may_begin(first, second) {
            let second = second.to_ascii_lowercase();
            for needle in needles::beginning_with(first) {
                if needle.tail.as_bytes().first() == Some(&second) && stands_here(needle, before, tail) {
                    let outside = needle.said == Said::WordTv && !inside;
                    said |= if outside { Said::WordTvOutside.bit() } else { needle.said.bit() };
                }
            }
        }
        before = first;
        rest = tail;
    }
    said
}

/// Whether the rest of a needle follows its first letter, and its edges are edges.
fn stands_here(needle: &Needle, before: u8, text: &[u8]) -> bool {
    let Some((candidate, after)) = text.split_at_checked(needle.tail.len()) else { return false };
    // Letter by letter, for most differ at the second or third.
    if !needle.tail.bytes().zip(candidate).all(|(letter, said)| letter == said.to_ascii_lowercase()) {
        return false;
    }
    let opens = !before.is_ascii_alphanumeric();
    let closes = after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    match needle.edges {
        Edges::Any => true,
        Edges::Opens => opens,
        Edges::Closes => closes,
        Edges::Word => opens && closes,
        Edges::NotCubot => !before.eq_ignore_ascii_case(&b'u') && closes,
    }
}
