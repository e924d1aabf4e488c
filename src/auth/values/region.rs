//! The regions to whose phone numbers codes are sent.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::invalid::{Invalid, InvalidKind};
use super::phone_number::{PhoneNumber, Territory};

/// A region by its ISO 3166-1 alpha-2 code, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Region {
    /// All regions, written `*`.
    Every,
    /// One region.
    One(Territory),
}

/// The error of a text that is not a region.
#[derive(Debug, thiserror::Error)]
#[error(
    "is not a region with phone numbers: use two letters of ISO 3166-1 such as US, GB or DE, or * for all"
)]
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

/// The regions that the configuration allows. None by default: codes cost money, and the price depends on the
/// region.
#[derive(Debug, Clone, Default)]
pub struct Regions(BTreeSet<Region>);

impl Regions {
    /// Allows these regions.
    pub fn new(regions: impl IntoIterator<Item = Region>) -> Self {
        Self(regions.into_iter().collect())
    }

    /// Parses a number and checks that its region is allowed.
    ///
    /// # Errors
    /// Those of [`PhoneNumber::parse`], or [`InvalidKind::NotAllowed`] for a number of another region.
    pub fn parse(&self, text: &str) -> Result<PhoneNumber, Invalid> {
        let number = PhoneNumber::parse(text)?;
        let is_allowed = self.0.contains(&Region::Every) || self.0.contains(&Region::One(number.territory()));
        if !is_allowed {
            return Err(Invalid::new(
                InvalidKind::NotAllowed,
                "Codes are not sent to phone numbers of this country or region.",
            ));
        }
        Ok(number)
    }

    /// Whether codes may be sent to a stored number. The configuration or the metadata may have changed
    /// since.
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
    fn regions_that_share_a_country_code_are_told_apart() {
        let us = "+12015550123";
        let ca = "+16045550123";
        let gb = "+447400123456";
        let gg = "+447911123456";
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
    fn unknown_regions_are_rejected() {
        for text in ["UK", "EU", "XX", "001", "USA", "U", "", "**", "ä", "1", "D E"] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_error_says_what_is_wrong() {
        let refused = |text| regions(&["DE"]).parse(text).err().unwrap();
        assert!(refused("+12015550123").detail.contains("country or region"));
        assert!(refused("+449090123456").detail.contains("kind"));
        assert_eq!(refused("+1201").kind, InvalidKind::InvalidFormat);
    }
}
