//! The calls about capacity providers.

use serde_json::json;

use super::capacity_provider::{CapacityProvider, FARGATE, Scaling, Update, render_fargate};
use super::reference::{missing, short};
use super::refusal::{client, invalid, not_simulated};
use super::{Event, capacity_strategy, managed_scaling, tagging};
use crate::model::autoscaling::managed;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;
use crate::model::{event, timing};

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("name")?;
    check_name(name)?;
    if input.has("managedInstancesProvider") {
        return Err(not_simulated("managed instances"));
    }
    if !input.has("autoScalingGroupProvider") {
        return Err(invalid("An Auto Scaling group provider must be specified."));
    }
    let tags = tagging::read(input)?;
    let part = input.part("autoScalingGroupProvider");
    let group_arn = part.text("autoScalingGroupArn").unwrap_or_default();
    if context.region().ecs.capacity_providers.get(name).is_some_and(|there| there.is_active) {
        return Err(invalid(
            "The specified capacity provider already exists. To change the configuration of an existing capacity \
             provider, update the capacity provider.",
        ));
    }
    let group = managed::by_arn(context, group_arn).ok_or_else(|| {
        invalid("The specified Auto Scaling group ARN is invalid or does not exist. Specify a valid ARN and try again.")
    })?;
    let providers = context.region().ecs.capacity_providers.values();
    if providers.filter(|one| one.is_active).any(|one| one.group == group.name) {
        return Err(invalid(
            "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique \
             Auto Scaling group ARN and try again.",
        ));
    }
    let mut provider = CapacityProvider {
        name: name.to_owned(),
        arn: context.arn("ecs", &format!("capacity-provider/{name}")),
        group_arn: group_arn.to_owned(),
        group: group.name.clone(),
        scaling: Scaling::default(),
        protects: false,
        drains: true,
        is_active: true,
        update: None,
        looks_too_much: 0,
        is_watched: false,
        tags,
    };
    change(context, &part, &mut provider)?;
    managed::take_charge(context, &provider.group, provider.drains);
    let shown = provider.render(true);
    context.region().ecs.capacity_providers.insert(name.to_owned(), provider);
    Ok(json!({ "capacityProvider": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCapacityProvider.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("name")?);
    let mut provider = found(context, name)?.clone();
    if provider.is_changing() {
        return Err(AwsError::new("UpdateInProgressException", "The capacity provider is being updated already."));
    }
    change(context, &input.part("autoScalingGroupProvider"), &mut provider)?;
    provider.update = Some(Update::Updating);
    managed::take_charge(context, &provider.group, provider.drains);
    let shown = provider.render(true);
    context.region().ecs.capacity_providers.insert(name.to_owned(), provider);
    finish_later(context, name);
    managed_scaling::watch(context, name);
    Ok(json!({ "capacityProvider": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("capacityProvider")?);
    if FARGATE.contains(&name) {
        return Err(invalid(format!("The capacity provider {name} is reserved and cannot be deleted.")));
    }
    found(context, name)?;
    let ecs = &mut context.region().ecs;
    let user = ecs.clusters.values().find(|one| one.is_active && one.providers.iter().any(|its| its == name));
    if let Some(cluster) = user {
        return Err(invalid(format!(
            "The capacity provider cannot be deleted because it is associated with cluster: {}. Remove the capacity \
             provider from the cluster and try again.",
            cluster.name
        )));
    }
    let Some(provider) = ecs.capacity_providers.get_mut(name) else { return Err(capacity_strategy::not_found(name)) };
    provider.update = Some(Update::Deleting);
    let shown = provider.render(true);
    finish_later(context, name);
    Ok(json!({ "capacityProvider": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("capacityProviders");
    if asked.len() > 100 {
        return Err(invalid("capacityProviders can have at most 100 items."));
    }
    let with_tags = input.texts("include").contains(&"TAGS");
    let place = context.arn("ecs", "capacity-provider");
    let known = &context.region().ecs.capacity_providers;
    let show = |name: &str| {
        let own = || known.get(name).map(|one| one.render(with_tags));
        if FARGATE.contains(&name) { Some(render_fargate(name, &format!("{place}/{name}"))) } else { own() }
    };
    if !asked.is_empty() {
        let (mut shown, mut failures) = (Vec::new(), Vec::new());
        for reference in asked {
            match show(short(reference)) {
                Some(one) => shown.push(one),
                None => failures.push(missing(&format!("{place}/{}", short(reference)))),
            }
        }
        return Ok(json!({"capacityProviders": shown, "failures": failures}));
    }
    let limit = input.int("maxResults")?.unwrap_or(10);
    if !(1..=10).contains(&limit) {
        return Err(invalid("maxResults must be between 1 and 10."));
    }
    let active = known.values().filter(|one| one.is_active).map(|one| one.name.as_str());
    let mut names: Vec<&str> = active.chain(FARGATE).collect();
    names.sort_unstable();
    let rows = names.iter().filter_map(|name| Some(((*name).to_owned(), show(name)?))).collect();
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken").filter(|token| !token.is_empty()));
    let (page, next) = page.ok_or_else(|| invalid("Invalid token."))?;
    Ok(json!({"capacityProviders": page, "failures": [], "nextToken": next}))
}

/// What was asked of a provider has been done.
pub(super) fn settled(context: &mut Context<'_>, name: &str) {
    let Some(provider) = context.region().ecs.capacity_providers.get_mut(name) else { return };
    match provider.update {
        Some(Update::Updating) => provider.update = Some(Update::Updated),
        Some(Update::Deleting) => {
            (provider.update, provider.is_active) = (Some(Update::Deleted), false);
        }
        Some(Update::Updated | Update::Deleted) | None => {}
    }
}

fn finish_later(context: &mut Context<'_>, name: &str) {
    let settled = Event::CapacityProviderSettled(name.to_owned());
    context.schedule(timing::CAPACITY_PROVIDER_CHANGES, event::Event::Ecs(settled));
}

fn found<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a CapacityProvider, AwsError> {
    let known = &context.region().ecs.capacity_providers;
    known.get(name).filter(|one| one.is_active).ok_or_else(|| capacity_strategy::not_found(name))
}

/// Sets what the call says, if it may be so.
fn change(context: &mut Context<'_>, part: &Input<'_>, provider: &mut CapacityProvider) -> Result<(), AwsError> {
    let scaling = part.part("managedScaling");
    if let Some(status) = scaling.text("status") {
        provider.scaling.is_on = status == "ENABLED";
    } else if part.has("managedScaling") {
        provider.scaling.is_on = true;
    }
    for (member, kept, most) in [
        ("targetCapacity", &mut provider.scaling.target, 100),
        ("minimumScalingStepSize", &mut provider.scaling.least_step, 10_000),
        ("maximumScalingStepSize", &mut provider.scaling.most_step, 10_000),
        ("instanceWarmupPeriod", &mut provider.scaling.warmup, 10_000),
    ] {
        let least = i64::from(member != "instanceWarmupPeriod");
        match scaling.int(member)? {
            Some(value) if (least..=most).contains(&value) => *kept = value,
            Some(_) => return Err(invalid(format!("{member} must be between {least} and {most}."))),
            None => {}
        }
    }
    if provider.scaling.least_step > provider.scaling.most_step {
        return Err(invalid("minimumScalingStepSize can not be greater than maximumScalingStepSize."));
    }
    if let Some(status) = part.text("managedTerminationProtection") {
        provider.protects = status == "ENABLED";
    }
    if let Some(status) = part.text("managedDraining") {
        provider.drains = status == "ENABLED";
    }
    let invalid_protection = |why: &str| {
        invalid(format!(
            "The managed termination protection setting for the capacity provider is invalid. To enable \
            managed termination protection for a capacity provider, {why}"
        ))
    };
    if provider.protects && !managed::protects_new_ones(context, &provider.group) {
        let why = "the Auto Scaling group must have instance protection from scale in enabled.";
        return Err(invalid_protection(why));
    }
    if provider.protects && !provider.scaling.is_on {
        return Err(invalid_protection("managed scaling must be enabled."));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    let lower = name.to_ascii_lowercase();
    let reserved = ["aws", "ecs", "fargate"].iter().any(|start| lower.starts_with(start));
    if (1..=255).contains(&name.len()) && name.chars().all(good) && !reserved {
        return Ok(());
    }
    Err(client(
        "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and \
         lowercase), numbers, underscores, and hyphens. The name can't be prefixed with \"aws\", \"ecs\", or \
         \"fargate\". Specify a valid name and try again.",
    ))
}
