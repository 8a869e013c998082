//! Filters on lists of parameters.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>

use super::invalid;
use super::parameter::Parameter;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// Filters that were found to be in order.
pub(super) struct Filters<'a>(Vec<Filter<'a>>);

struct Filter<'a> {
    key: &'a str,
    option: &'a str,
    values: Vec<&'a str>,
}

impl<'a> Filters<'a> {
    /// Reads the member `ParameterFilters`; `keys` are those that the call knows, besides tags.
    pub(super) fn read(input: &Input<'a>, keys: &[&str]) -> Result<Self, AwsError> {
        let mut filters: Vec<Filter<'a>> = Vec::new();
        for part in input.parts("ParameterFilters") {
            let key = part.required("Key")?;
            let option = part.text("Option").unwrap_or(if key == "Path" { "OneLevel" } else { "Equals" });
            let filter = Filter { key, option, values: part.texts("Values") };
            filter.check(keys)?;
            if filters.iter().any(|other| other.key == key) {
                return Err(AwsError::new(
                    "InvalidFilterKey",
                    format!(
                        "The following filter is duplicated in the request: {key}. A request can contain only one \
                         occurrence of a specific filter."
                    ),
                ));
            }
            filters.push(filter);
        }
        Ok(Self(filters))
    }

    pub(super) fn keep(&self, parameter: &Parameter) -> bool {
        self.0.iter().all(|filter| filter.keeps(parameter))
    }
}

impl Filter<'_> {
    fn check(&self, keys: &[&str]) -> Result<(), AwsError> {
        let (key, option) = (self.key, self.option);
        let is_tag = key.starts_with("tag:") && keys.contains(&"tag");
        if !is_tag && !keys.contains(&key) {
            let known: Vec<&str> = keys.iter().copied().filter(|key| *key != "tag").collect();
            let known = known.join(", ");
            let message =
                format!("The following filter key is not valid: {key}. Valid filter keys include: [{known}].");
            return Err(AwsError::new("InvalidFilterKey", message));
        }
        if self.values.is_empty() && !is_tag {
            let message = format!("The following filter values are missing : null for filter key {key}.");
            return Err(AwsError::new("InvalidFilterValue", message));
        }
        let options: &[&str] = match key {
            "Path" => &["Recursive", "OneLevel"],
            "Name" => &["BeginsWith", "Contains", "Equals"],
            _ => &["BeginsWith", "Equals"],
        };
        if !options.contains(&option) {
            let options = options.join(", ");
            let message =
                format!("The following filter option is not valid: {option}. Valid options include: [{options}].");
            return Err(AwsError::new("InvalidFilterOption", message));
        }
        let allowed: &[&str] = match key {
            "Tier" => &["Standard", "Advanced", "Intelligent-Tiering"],
            "Type" => &["String", "StringList", "SecureString"],
            _ => &[],
        };
        let wrong = self.values.iter().find(|value| !allowed.is_empty() && !allowed.contains(value));
        match wrong {
            Some(value) => {
                let allowed = allowed.join(", ");
                let message =
                    format!("The following filter value is not valid: {value}. Valid values include: [{allowed}].");
                Err(AwsError::new("InvalidFilterOption", message))
            }
            None if key == "Path" => self.values.iter().try_for_each(|path| check_path(path)),
            None => Ok(()),
        }
    }

    fn keeps(&self, parameter: &Parameter) -> bool {
        let version = parameter.latest();
        let have: Vec<&str> = match self.key {
            "Name" | "Path" => vec![&parameter.name],
            "Type" => vec![&version.kind],
            "Tier" => vec![&version.tier],
            "DataType" => vec![&version.data_type],
            "KeyId" => version.key_id.as_deref().into_iter().collect(),
            "Label" => parameter.versions().flat_map(|version| &version.labels).map(String::as_str).collect(),
            tag => tag.strip_prefix("tag:").and_then(|key| parameter.tags.get(key)).into_iter().collect(),
        };
        let matches = |have: &str, value: &str| match self.option {
            "BeginsWith" => have.starts_with(value),
            "Contains" => have.contains(value),
            "Recursive" => is_below(have, value, true),
            "OneLevel" => is_below(have, value, false),
            // Names are the same with and without their first slash.
            _ if self.key == "Name" => have.trim_start_matches('/') == value.trim_start_matches('/'),
            _ => have == value,
        };
        let any = |have: &&str| self.values.is_empty() || self.values.iter().any(|value| matches(have, value));
        have.iter().any(any)
    }
}

/// Whether a name is in a path, directly or anywhere.
pub(super) fn is_below(name: &str, path: &str, anywhere: bool) -> bool {
    let rest = name.strip_prefix(path.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| anywhere || !rest.contains('/'))
}

/// Refuses what is no path.
pub(super) fn check_path(path: &str) -> Result<(), AwsError> {
    let allowed = |one: char| one.is_ascii_alphanumeric() || "_.-/".contains(one);
    if path.starts_with('/') && !path.contains("//") && path.chars().all(allowed) {
        return Ok(());
    }
    Err(invalid(
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \
         \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the \
         following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if \
         specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.",
    ))
}
