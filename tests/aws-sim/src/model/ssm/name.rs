//! Names of parameters: plain ones, and paths that begin with a slash.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>

use super::invalid;
use crate::model::error::AwsError;

const DEEPEST: usize = 15;
const LONGEST: usize = 1011;

/// Refuses a name that no parameter of one's own may have.
pub(super) fn check(name: &str) -> Result<(), AwsError> {
    let allowed = |one: char| one.is_ascii_alphanumeric() || "_.-/".contains(one);
    let small = name.to_ascii_lowercase();
    let is_path = name.matches('/').count() > 1;
    if small.starts_with("/aws/") || small == "/aws" && is_path {
        let message = format!("No access to reserved parameter name: {name}.");
        return Err(AwsError::new("AccessDeniedException", message));
    }
    let first = small.trim_start_matches('/');
    let reserved = first.starts_with("aws") || first.starts_with("ssm");
    if reserved && !is_path {
        return Err(invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)."));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(invalid("Parameter name must be a fully qualified name."));
    }
    if reserved || !name.chars().all(allowed) || name.ends_with('/') || name.contains("//") {
        return Err(invalid(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
             sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        ));
    }
    if name.len() > LONGEST {
        return Err(invalid(format!("Parameter name: must be at most {LONGEST} characters long.")));
    }
    if name.matches('/').count() > DEEPEST {
        let message = "A hierarchy can have a maximum of 15 levels.";
        return Err(AwsError::new("HierarchyLevelLimitExceededException", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_or_paths_of_fifteen_levels() {
        for right in ["db", "a.b-c_d", "/app/db", &"/a".repeat(15)] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in ["aws-x", "/ssm", "app/db", "/app//db", "/app/", "a b", "/AWS/x", &"/a".repeat(16)] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
