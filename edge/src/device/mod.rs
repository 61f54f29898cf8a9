//! What a viewer watches on, as far as their request tells.
