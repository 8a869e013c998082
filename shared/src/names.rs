//! Names that can only be parsed: once there is a `DistrictName`, it is a valid one.
//!
//! They become parts of DNS names, IAM roles and ECS clusters, so they are what all of these take: 1 to 40 lower-case
//! letters, digits and hyphens, a letter first, no hyphen last.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name of a district, heritage or service, in characters.
pub const LONGEST: usize = 40;

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("is empty; give 1 to {LONGEST} lower-case letters, digits and hyphens")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("has {0} characters, {LONGEST} at most")]
    TooLong(usize),
    /// A character that DNS or IAM would not take.
    #[error("has {0:?}; only lower-case letters, digits and hyphens are allowed")]
    Character(char),
    /// Does not begin with a letter.
    #[error("begins with {0:?}; the first character must be a lower-case letter")]
    First(char),
    /// Ends in a hyphen.
    #[error("ends in a hyphen; the last character must be a letter or a digit")]
    Last,
}

fn check(text: &str) -> Result<(), InvalidName> {
    let first = text.chars().next().ok_or(InvalidName::Empty)?;
    if let Some(wrong) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
        return Err(InvalidName::Character(wrong));
    }
    if !first.is_ascii_lowercase() {
        return Err(InvalidName::First(first));
    }
    if text.ends_with('-') {
        return Err(InvalidName::Last);
    }
    if text.len() > LONGEST {
        return Err(InvalidName::TooLong(text.len()));
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, pattern = "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", example = $example)]
        pub struct $name(String);

        impl $name {
            /// Reads a name, or says what is wrong with the text.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                check(text).map(|()| $name(text.to_owned()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                check(&text).map(|()| $name(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The name of a district, unique in the installation.
    DistrictName,
    "dev"
);
name!(
    /// The name of a heritage, unique within its district.
    HeritageName,
    "web-app"
);
name!(
    /// The name of a service, unique within its heritage.
    ServiceName,
    "web"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_dns_and_iam_take_are_parsed() {
        for right in ["a", "dev", "web-app", "a1", &"a".repeat(LONGEST)] {
            assert_eq!(DistrictName::parse(right).unwrap().as_str(), right);
        }
    }

    #[test]
    fn each_wrong_name_says_what_is_wrong_with_it() {
        let cases = [
            ("", InvalidName::Empty),
            ("Dev", InvalidName::Character('D')),
            ("1dev", InvalidName::First('1')),
            ("-dev", InvalidName::First('-')),
            ("dev-", InvalidName::Last),
            ("dév", InvalidName::Character('é')),
        ];
        for (text, why) in cases {
            assert_eq!(DistrictName::parse(text), Err(why));
        }
        assert_eq!(ServiceName::parse(&"a".repeat(41)), Err(InvalidName::TooLong(41)));
    }
}
