//! Who asks: login tokens (JWT), the keys that they are checked with, and what is remembered of both.
