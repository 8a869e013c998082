//! Versions of launch templates.

use serde_json::{Map, Value, json};

use super::filter::Filters;
use super::launch_template::{LaunchTemplate, Version, data, find, find_id, overlay};
use super::{call, describing, image};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let number = call::once(context, input, "CreateLaunchTemplateVersion", |context| make(context, input))?;
    let number: u64 = number.parse().unwrap_or_default();
    let ec2 = &context.region().ec2;
    let template = find(ec2, input)?;
    let view = template.versions.get(&number).map(|version| render(template, number, version));
    Ok(json!({ "launchTemplateVersion": view }))
}

fn make(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    let (mut data, created) = (data(input)?, context.now);
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let most = ec2.quotas.launch_template_versions;
    let template = ec2.launch_templates.find_mut(&id)?;
    if template.versions.len() >= most {
        let message = "The maximum number of versions of the launch template has been reached.";
        return Err(AwsError::new("MaxTemplateVersionLimitExceeded", message));
    }
    if let Some(source) = input.text("SourceVersion") {
        data = overlay(template.version(Some(source))?.1, &data);
    }
    template.numbered += 1;
    let description = input.text("VersionDescription").map(str::to_owned);
    template.versions.insert(template.numbered, Version { description, data, created });
    Ok(template.numbered.to_string())
}

/// Versions of one template, newest first; or, without a template, the newest or the default one of each.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut answer = versions(context, input)?;
    if input.flag("ResolveAlias")? == Some(true) {
        for row in answer["launchTemplateVersionSet"].as_array_mut().into_iter().flatten() {
            let id = &mut row["launchTemplateData"]["imageId"];
            if let Some(text) = id.as_str() {
                *id = image::resolved(context, text)?.into();
            }
        }
    }
    Ok(answer)
}

fn versions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &context.region().ec2;
    let wanted = input.texts("LaunchTemplateVersion");
    let everywhere = !input.has("LaunchTemplateId") && !input.has("LaunchTemplateName");
    if everywhere && !wanted.is_empty() && wanted.iter().all(|version| matches!(*version, "$Latest" | "$Default")) {
        let mut rows = Vec::new();
        for template in ec2.launch_templates.values() {
            rows.extend(rows_of(template, &wanted, input)?);
        }
        return describing::paged(input, "launchTemplateVersionSet", rows, |row| row);
    }
    let template = find(ec2, input)?;
    describing::paged(input, "launchTemplateVersionSet", rows_of(template, &wanted, input)?, |row| row)
}

fn rows_of(template: &LaunchTemplate, wanted: &[&str], input: &Input<'_>) -> Result<Vec<(String, Value)>, AwsError> {
    let mut numbers = Vec::new();
    for version in wanted {
        numbers.push(template.version(Some(version))?.0);
    }
    let bound =
        |name: &str| input.text(name).map(|text| template.version(Some(text)).map(|(number, _)| number)).transpose();
    let (least, most) = (bound("MinVersion")?, bound("MaxVersion")?);
    let filters = Filters::read(input);
    let kept = template.versions.iter().rev().filter(|(number, version)| {
        (wanted.is_empty() || numbers.contains(number))
            && least.is_none_or(|least| **number >= least)
            && most.is_none_or(|most| **number <= most)
            && filters.keep_by(|name| field(template, **number, version, name))
    });
    // The key is what pages go by: the newest has the smallest.
    let key = |number: u64| format!("{} {:020}", template.id, u64::MAX - number);
    Ok(kept.map(|(number, version)| (key(*number), render(template, *number, version))).collect())
}

fn field(template: &LaunchTemplate, number: u64, version: &Version, filter: &str) -> Option<Vec<String>> {
    let of_data = |name: &str| version.data[name].as_str().map(|text| vec![text.to_owned()]);
    match filter {
        "is-default-version" => Some(vec![(number == template.default_version).to_string()]),
        "create-time" => Some(vec![iso(version.created)]),
        "image-id" => of_data("ImageId"),
        "instance-type" => of_data("InstanceType"),
        "ebs-optimized" => of_data("EbsOptimized"),
        "iam-instance-profile" => version.data["IamInstanceProfile"]["Arn"].as_str().map(|arn| vec![arn.to_owned()]),
        "http-tokens" => version.data["MetadataOptions"]["HttpTokens"].as_str().map(|text| vec![text.to_owned()]),
        "http-endpoint" => version.data["MetadataOptions"]["HttpEndpoint"].as_str().map(|text| vec![text.to_owned()]),
        _ => None,
    }
}

/// Each version for itself; the default one stays.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let template = ec2.launch_templates.find_mut(&id)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let wanted = input.texts("LaunchTemplateVersion");
    if wanted.len() > 200 {
        let message = "At most 200 launch template versions can be deleted in a call.";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    for wanted in wanted {
        let number = wanted.parse().unwrap_or_default();
        let mut row = json!({"launchTemplateId": id, "launchTemplateName": template.name, "versionNumber": number});
        if number != template.default_version && template.versions.remove(&number).is_some() {
            done.push(row);
            continue;
        }
        let (code, message) = if number == template.default_version {
            ("unexpectedError", "The default version of a launch template cannot be deleted.")
        } else {
            ("launchTemplateVersionDoesNotExist", "The specified launch template version does not exist.")
        };
        row["responseError"] = json!({"code": code, "message": message});
        failed.push(row);
    }
    Ok(json!({
        "successfullyDeletedLaunchTemplateVersionSet": done,
        "unsuccessfullyDeletedLaunchTemplateVersionSet": failed,
    }))
}

fn render(template: &LaunchTemplate, number: u64, version: &Version) -> Value {
    json!({
        "launchTemplateId": template.id,
        "launchTemplateName": template.name,
        "versionNumber": number,
        "versionDescription": version.description,
        "createTime": iso(version.created),
        "createdBy": template.created_by,
        "defaultVersion": number == template.default_version,
        "launchTemplateData": as_answered(&version.data),
    })
}

/// The data under the names of answers, which differ from those of requests.
fn as_answered(data: &Value) -> Value {
    answered_within("", data)
}

fn answered_within(parent: &str, data: &Value) -> Value {
    match data {
        Value::Object(members) => {
            let renamed = members.iter().map(|(name, value)| {
                let answered = answered_name(parent, name, value.is_array());
                (answered, answered_within(name, value))
            });
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| answered_within(parent, item)).collect(),
        other => other.clone(),
    }
}

fn answered_name(parent: &str, name: &str, is_list: bool) -> String {
    let mut lower = name.to_owned();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    match (parent, name) {
        _ if !is_list => lower,
        // The only list of these whose items are not called `item`.
        ("NetworkInterface", "SecurityGroupId") => "groupSet/groupId".to_owned(),
        (_, "LicenseSpecification") => "licenseSet".to_owned(),
        _ => format!("{lower}Set"),
    }
}
