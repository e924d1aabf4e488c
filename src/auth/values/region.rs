//! The regions of the world to whose numbers codes go.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::invalid::{Invalid, InvalidKind};
use super::phone_number::{PhoneNumber, Territory};

/// A region by its ISO 3166-1 alpha-2 code, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Region {
    /// `*`
    Every,
    /// One that has numbers of its own.
    One(Territory),
}

/// What is no region.
#[derive(Debug, thiserror::Error)]
#[error("is no region that has phone numbers: two letters of ISO 3166-1 such as US, GB or DE, or * for all")]
pub struct UnknownRegion;

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        match text {
            "*" => Ok(Self::Every),
            code => Territory::of_code(code).map(Self::One).ok_or(UnknownRegion),
        }
    }
}

/// The regions that a deployment has chosen. None at first: codes cost money, and how much depends on where they go.
#[derive(Debug, Clone, Default)]
pub struct Regions(BTreeSet<Region>);

impl Regions {
    /// These.
    pub fn new(regions: impl IntoIterator<Item = Region>) -> Self {
        Self(regions.into_iter().collect())
    }

    /// Reads a number that codes may go to.
    ///
    /// # Errors
    /// When it is none, of a kind that no code goes to, or of another region.
    pub fn parse(&self, text: &str) -> Result<PhoneNumber, Invalid> {
        let number = PhoneNumber::parse(text)?;
        match self.0.contains(&Region::Every) || self.0.contains(&Region::One(number.territory())) {
            true => Ok(number),
            false => Err(Invalid::new(
                InvalidKind::NotAllowed,
                "Codes are not sent to phone numbers of this country or region.",
            )),
        }
    }

    /// Whether codes may go to a number that was stored: the list, or what is known of numbers, may have changed since.
    pub fn allow(&self, e164: &str) -> bool {
        self.parse(e164).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(codes: &[&str]) -> Regions {
        Regions::new(codes.iter().map(|code| code.parse().unwrap()))
    }

    #[test]
    fn a_country_code_that_several_regions_share_says_little() {
        let (us, ca, gb, gg) = ("+12015550123", "+16045550123", "+447400123456", "+447911123456");
        for (codes, allowed) in [
            (&["US"][..], [true, false, false, false]),
            (&["ca"], [false, true, false, false]),
            (&["GB", "US"], [true, false, true, false]),
            (&["GG"], [false, false, false, true]),
            (&["*"], [true; 4]),
            (&[], [false; 4]),
        ] {
            assert_eq!([us, ca, gb, gg].map(|number| regions(codes).allow(number)), allowed, "{codes:?}");
        }
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for text in ["UK", "EU", "XX", "001", "USA", "U", "", "**", "ä", "1", "D E"] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        let refused = |text| regions(&["DE"]).parse(text).err().unwrap();
        assert!(refused("+12015550123").detail.contains("country or region"));
        assert!(refused("+449090123456").detail.contains("kind"));
        assert_eq!(refused("+1201").kind, InvalidKind::InvalidFormat);
    }
}
