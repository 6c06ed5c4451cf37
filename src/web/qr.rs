//! The square that an app scans, as the path of an SVG: our pages take no image from outside and no inline style.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// The light border that a scanner needs, in modules.
const QUIET: usize = 4;

/// A square of dark and light modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Square {
    /// How many modules a side has, with its light border.
    pub modules: usize,
    /// The dark ones, as an SVG path in units of one module.
    pub path: String,
}

/// The square for a text; none for a text that is longer than any square holds.
pub fn square(text: &str) -> Option<Square> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let mut path = String::new();
    for (at, _) in dark {
        // Writing into a text does not fail.
        let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
    }
    Some(Square { modules: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_has_its_three_corners_inside_a_light_border() {
        let square = square("otpauth://totp/Heard:head@hazel-lane.example?secret=ABCD&issuer=Heard").unwrap();
        assert!(square.path.starts_with("M4 4h1v1h-1z"), "{}", square.path);
        let far = square.modules - QUIET - 7;
        for corner in [format!("M{far} 4h"), format!("M4 {far}h")] {
            assert!(square.path.contains(&corner), "{corner}");
        }
        assert!(!square.path.contains(&format!("M{} ", square.modules - QUIET)), "the border is light");
        assert_eq!(super::square(&"x".repeat(5000)), None);
    }
}
