//! People who do not exist, for tests that do not care who it is.

use aws_lc_rs::rand;
use uuid::Uuid;

use crate::auth::Regions;

/// What an invented user logs in with. Long enough for every rule, and no secret: it is in the answer too.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// The exchange and the first digits of North America's numbers for fiction; two more digits follow.
const FICTION: &str = "55501";
/// Area codes that are tried: half of them exist, and the smallest country has one in eight hundred.
const ATTEMPTS: usize = 5000;
/// Endings below this have no meaning to the sandbox, of whatever kind Twilio Lookup is asked for.
const PLAIN_ENDINGS: u32 = 25;
/// The area codes of numbers that are free to call, which Lookup tells from those of phones.
const TOLL_FREE: [u32; 7] = [800, 833, 844, 855, 866, 877, 888];

/// A person whom nobody has met.
pub(super) struct Invented {
    pub(super) username: String,
    pub(super) email: String,
    pub(super) phone_number: String,
}

impl Invented {
    /// Two are almost never the same; who gets a number that is taken asks again.
    pub(super) fn new(regions: &Regions) -> Self {
        let name = format!("user-{}", &Uuid::new_v4().simple().to_string()[..12]);
        Self { email: format!("{name}@example.com"), username: name, phone_number: phone_number(regions) }
    }
}

/// A number for fiction in some area code of these regions: some 9,000 in all, so a collision is seen now and then. Where
/// North America is not among them it is one that is refused, and the caller has to name another.
fn phone_number(regions: &Regions) -> String {
    let mut number = String::new();
    for _ in 0..ATTEMPTS {
        let random = random();
        let (area, ending) = (200 + random % 800, (random / 800) % PLAIN_ENDINGS);
        number = format!("+1{area}{FICTION}{ending:02}");
        if !TOLL_FREE.contains(&area) && regions.allow(&number) {
            break;
        }
    }
    number
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    // Without randomness no server gets as far as here: it could not have made its keys.
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
    fn numbers_are_plain_and_many() {
        let everywhere = regions(&["*"]);
        let numbers: HashSet<String> = (0..200).map(|_| phone_number(&everywhere)).collect();
        assert!(numbers.len() > 180, "{}", numbers.len());
        for number in numbers {
            assert!(number.len() == 12 && &number[5..10] == FICTION, "{number}");
            assert!(number[10..].parse::<u32>().unwrap() < PLAIN_ENDINGS, "{number}");
        }
    }

    #[test]
    fn numbers_are_of_the_regions_that_are_served() {
        for region in ["CA", "PR"] {
            assert!(regions(&[region]).allow(&phone_number(&regions(&[region]))), "{region}");
        }
        assert!(!regions(&["DE"]).allow(&phone_number(&regions(&["DE"]))));
    }
}
