//! The reference of a case: short, readable on the phone, with a check character.
