//! Lists of secrets, with filters.

use serde_json::{Value, json};

use super::secret::Secret;
use super::{invalid, unfit, value_calls};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

const LARGEST_PAGE: i64 = 100;
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
const LARGEST_BATCH: usize = 20;
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html>
const FILTERS: [&str; 7] = ["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"];

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let deleted_too = input.flag("IncludePlannedDeletion")?.unwrap_or(false);
    let by = sort_key(input.text("SortBy"))?;
    let mut kept = filtered(context, input)?;
    kept.retain(|secret| deleted_too || secret.deleted.is_none());
    let mut rows: Vec<(String, Value)> =
        kept.iter().map(|secret| (by(secret), secret.render("SecretVersionsToStages"))).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    if input.text("SortOrder") == Some("desc") {
        rows.reverse();
    }
    paged(input, "SecretList", rows)
}

/// Values of several secrets; what cannot be read is told beside them.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
pub(super) fn batch_get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.strings("SecretIdList");
    if ids.is_empty() != input.has("Filters") {
        return Err(invalid("Either 'SecretIdList' or 'Filters' must be provided, but not both."));
    }
    if ids.len() > LARGEST_BATCH {
        let constraint = "Member must have length less than or equal to 20";
        return Err(unfit("secretIdList", &ids.join(", "), constraint));
    }
    let (chosen, next) = if ids.is_empty() {
        let kept = filtered(context, input)?;
        let names = kept.iter().filter(|secret| secret.deleted.is_none()).map(|it| (it.name.clone(), it.name.clone()));
        cut(input, names.collect(), i64::try_from(LARGEST_BATCH).unwrap_or(LARGEST_PAGE))?
    } else {
        (ids, None)
    };
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for id in chosen {
        match value_calls::read(context, &id, None, None) {
            Ok(value) => values.push(value),
            Err(error) => errors.push(json!({"SecretId": id, "ErrorCode": error.code, "Message": error.message})),
        }
    }
    Ok(json!({"SecretValues": values, "Errors": errors, "NextToken": next}))
}

/// One page under the list's name, with the token for the next.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let (page, next) = cut(input, rows, LARGEST_PAGE)?;
    Ok(json!({ list: page, "NextToken": next }))
}

fn cut<T>(input: &Input<'_>, rows: Vec<(String, T)>, most: i64) -> Result<(Vec<T>, Option<String>), AwsError> {
    let limit = input.int("MaxResults")?.unwrap_or(most);
    if !(1..=most).contains(&limit) {
        let constraint = format!("Member must have value between 1 and {most}");
        return Err(unfit("maxResults", &limit.to_string(), &constraint));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    page.ok_or_else(|| AwsError::new("InvalidNextTokenException", "The NextToken value is invalid."))
}

fn sort_key(by: Option<&str>) -> Result<fn(&Secret) -> String, AwsError> {
    Ok(match by {
        None | Some("created-date") => |secret| format!("{:020} {}", secret.created.timestamp_millis(), secret.name),
        Some("last-changed-date") => |secret| format!("{:020} {}", secret.changed.timestamp_millis(), secret.name),
        Some("last-accessed-date") => {
            |secret| format!("{:020} {}", secret.accessed.map_or(0, |at| at.timestamp_millis()), secret.name)
        }
        Some("name") => |secret| secret.name.clone(),
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [created-date, last-accessed-date, \
                              last-changed-date, name]";
            return Err(unfit("sortBy", other, constraint));
        }
    })
}

fn filtered<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<Vec<&'a Secret>, AwsError> {
    let region = context.place.region.to_string();
    let filters = input.parts("Filters");
    for filter in &filters {
        let key = filter.required("Key")?;
        if !FILTERS.contains(&key) {
            let constraint = format!("Member must satisfy enum value set: [{}]", FILTERS.join(", "));
            return Err(unfit("filters.1.member.key", key, &constraint));
        }
        if filter.texts("Values").is_empty() {
            return Err(invalid(format!("Invalid filter values for key: {key}")));
        }
    }
    let keeps = |secret: &Secret, filter: &Input<'_>| {
        let key = filter.text("Key").unwrap_or_default();
        filter.texts("Values").iter().any(|value| match value.strip_prefix('!') {
            Some(unwanted) => !matches(secret, &region, key, unwanted),
            None => matches(secret, &region, key, value),
        })
    };
    let secrets = context.region().secretsmanager.secrets.values();
    Ok(secrets.filter(|secret| filters.iter().all(|filter| keeps(secret, filter))).collect())
}

/// Values are beginnings. Descriptions and `all` do not care for the case.
fn matches(secret: &Secret, region: &str, key: &str, value: &str) -> bool {
    let description = secret.description.as_deref().unwrap_or_default().to_lowercase();
    let small = value.to_lowercase();
    match key {
        "name" => secret.name.starts_with(value),
        "description" => {
            description.split_whitespace().any(|word| word.starts_with(&small)) || description.starts_with(&small)
        }
        "tag-key" => secret.tags.iter().any(|(key, _)| key.starts_with(value)),
        "tag-value" => secret.tags.iter().any(|(_, it)| it.starts_with(value)),
        // Only replicas have a primary region other than their own, and no service owns secrets here.
        "primary-region" => value == region,
        "owning-service" => false,
        _ => {
            let name = secret.name.to_lowercase();
            let mut texts = vec![name, description];
            texts.extend(secret.tags.iter().flat_map(|(key, value)| [key.to_lowercase(), value.to_lowercase()]));
            small.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
        }
    }
}
