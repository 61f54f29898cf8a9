//! What is open around a value: one bit for each object or array, so that depth costs no stack and little memory.

/// Objects and arrays that have begun and not ended.
pub(super) struct Nesting {
    /// The innermost, the last lowest, above them a bit that says where they end.
    bits: u64,
    outer: Vec<u64>,
}

const NOTHING: u64 = 1;

impl Nesting {
    pub(super) fn new() -> Self {
        Self { bits: NOTHING, outer: Vec::new() }
    }

    pub(super) fn enter(&mut self, object: bool) {
        if self.bits.leading_zeros() == 0 {
            self.outer.push(self.bits);
            self.bits = NOTHING;
        }
        self.bits = self.bits << 1 | u64::from(object);
    }

    /// Whether the innermost is an object; `None` if nothing is open.
    pub(super) fn innermost(&self) -> Option<bool> {
        (self.bits != NOTHING).then_some(self.bits & 1 == 1)
    }

    pub(super) fn leave(&mut self) {
        self.bits >>= 1;
        if self.bits == NOTHING
            && let Some(outer) = self.outer.pop()
        {
            self.bits = outer;
        }
    }
}
