//! Invented people, for tests that do not care who the user is.

use aws_lc_rs::rand;
use uuid::Uuid;

use crate::auth::Regions;

/// The password of invented users. It satisfies every rule and is not secret: the response contains it.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// The exchange and the first digits of the North American numbers reserved for fiction. Two more digits
/// follow.
const FICTION: &str = "55501";
/// How many area codes are tried. Half of them exist, and the smallest country has one in eight hundred.
const ATTEMPTS: usize = 5000;
/// Numbers that end with less than this have no special meaning in the sandbox, not even for Lookup.
const PLAIN_ENDINGS: u32 = 25;
/// The toll-free area codes. Lookup does not report them as phones.
const TOLL_FREE: [u32; 7] = [800, 833, 844, 855, 866, 877, 888];

/// An invented person.
pub(super) struct Invented {
    pub(super) username: String,
    pub(super) email: String,
    pub(super) phone_number: String,
}

impl Invented {
    /// Invents a person. Two are rarely the same. If the number is in use, call this again.
    pub(super) fn new(regions: &Regions) -> Self {
        let name = format!("user-{}", &Uuid::new_v4().simple().to_string()[..12]);
        Self { email: format!("{name}@example.com"), username: name, phone_number: phone_number(regions) }
    }
}

/// Returns a number reserved for fiction in the given regions. There are about 9,000, so collisions happen.
/// If no region is in North America, the number is not allowed and the caller must name one.
fn phone_number(regions: &Regions) -> String {
    let mut number = String::new();
    for _ in 0..ATTEMPTS {
        let random = random();
        let area = 200 + random % 800;
        let ending = (random / 800) % PLAIN_ENDINGS;
        number = format!("+1{area}{FICTION}{ending:02}");
        if !TOLL_FREE.contains(&area) && regions.allow(&number) {
            break;
        }
    }
    number
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    // Cannot fail here: without randomness the server could not have generated its keys.
    let _ = rand::fill(&mut bytes);
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn regions(codes: &[&str]) -> Regions {
        Regions::new(codes.iter().map(|code| code.parse().unwrap()))
    }

    #[test]
    fn numbers_have_no_special_meaning_and_vary() {
        let everywhere = regions(&["*"]);
        let numbers: HashSet<String> = (0..200).map(|_| phone_number(&everywhere)).collect();
        assert!(numbers.len() > 180, "{}", numbers.len());
        for number in numbers {
            assert!(number.len() == 12 && &number[5..10] == FICTION, "{number}");
            assert!(number[10..].parse::<u32>().unwrap() < PLAIN_ENDINGS, "{number}");
        }
    }

    #[test]
    fn numbers_are_in_the_allowed_regions() {
        for region in ["CA", "PR"] {
            assert!(regions(&[region]).allow(&phone_number(&regions(&[region]))), "{region}");
        }
        assert!(!regions(&["DE"]).allow(&phone_number(&regions(&["DE"]))));
    }
}
