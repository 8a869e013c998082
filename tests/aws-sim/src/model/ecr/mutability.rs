//! Whether a tag may move to another image, with tags that are excepted.
//!
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html>

use serde_json::{Value, json};

use super::{named, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The setting of a repository.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Mutability {
    pub(super) setting: String,
    /// Tags for which the contrary holds; `*` stands for anything.
    excepted: Vec<String>,
}

impl Mutability {
    pub(super) fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let setting = input.text("imageTagMutability").unwrap_or("MUTABLE");
        let filters = input.parts("imageTagMutabilityExclusionFilters");
        let with_exclusion = match setting {
            "MUTABLE" | "IMMUTABLE" => false,
            "MUTABLE_WITH_EXCLUSION" | "IMMUTABLE_WITH_EXCLUSION" => true,
            _ => {
                let constraint = "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, \
                                  MUTABLE_WITH_EXCLUSION]";
                return Err(unfit("imageTagMutability", constraint));
            }
        };
        if with_exclusion == filters.is_empty() || filters.len() > 5 {
            let constraint = "between 1 and 5 filters go with the settings _WITH_EXCLUSION, and with those alone";
            return Err(unfit("imageTagMutabilityExclusionFilters", constraint));
        }
        let excepted = filters.iter().map(|filter| filter.required("filter").map(str::to_owned));
        Ok(Self { setting: setting.to_owned(), excepted: excepted.collect::<Result<_, _>>()? })
    }

    /// Whether a tag must stay with the image that it was pushed with.
    pub(super) fn fixes(&self, tag: &str) -> bool {
        let excepted = self.excepted.iter().any(|filter| matches(filter, tag));
        self.setting.starts_with("IMMUTABLE") != excepted
    }

    pub(super) fn filters(&self) -> Value {
        let filter = |filter: &String| json!({"filterType": "WILDCARD", "filter": filter});
        if self.excepted.is_empty() { Value::Null } else { self.excepted.iter().map(filter).collect() }
    }
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("imageTagMutability")?;
    let mutability = Mutability::read(input)?;
    let repository = named(context, input)?;
    let answer = json!({
        "registryId": repository.registry, "repositoryName": repository.name,
        "imageTagMutability": mutability.setting, "imageTagMutabilityExclusionFilters": mutability.filters(),
    });
    repository.mutability = mutability;
    Ok(answer)
}

/// Whether a text is what a filter with `*` in it stands for.
fn matches(filter: &str, text: &str) -> bool {
    match filter.split_once('*') {
        None => filter == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("v*", "v1") && matches("*-dev", "a-dev") && matches("a*c*e", "abcde") && matches("*", ""));
        assert!(!matches("v*", "1v") && !matches("latest", "latest1") && !matches("a*c", "abd"));
    }
}
