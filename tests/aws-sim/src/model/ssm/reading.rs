//! Reading parameters, one, several, and what one was before.

use serde_json::{Value, json};

use super::parameter::Version;
use super::{listing, not_found, selector, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.required("Name")?;
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    let found = selector::find(context, asked, decrypted)?;
    found.map(|parameter| json!({ "Parameter": parameter })).ok_or_else(not_found)
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>
pub(super) fn get_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in at_most_ten(input)? {
        match selector::find(context, name, decrypted) {
            Ok(Some(parameter)) => found.push(parameter),
            Err(error) if error.code == "ValidationException" => return Err(error),
            Ok(None) | Err(_) => invalid.push(name),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html>
pub(super) fn history(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    let parameter = context.region().ssm.parameters.get(selector::name_in_arn(name)).ok_or_else(not_found)?;
    let row = |version: &Version| (format!("{:020}", version.number), parameter.past(version, decrypted));
    let rows: Vec<(String, Value)> = parameter.versions().map(row).collect();
    listing::paged(input, "Parameters", rows, 50)
}

/// The names in a call that takes ten.
pub(super) fn at_most_ten<'a>(input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let names = input.texts("Names");
    match names.len() {
        0 => Err(unfit("names", "[]", "Member must have length greater than or equal to 1")),
        1..=10 => Ok(names),
        _ => {
            let shown = format!("[{}]", names.join(", "));
            Err(unfit("names", &shown, "Member must have length less than or equal to 10"))
        }
    }
}
