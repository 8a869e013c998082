//! The calls about clusters.

use serde_json::{Value, json};

use super::capacity_strategy::{self, Share};
use super::cluster::Cluster;
use super::container_instance::ContainerInstance;
use super::reference::{missing, paged_arns, short};
use super::refusal::{inactive_cluster, invalid, no_cluster};
use super::{Event, account_setting, service, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::servicediscovery::registry;
use crate::model::{event, iam, timing};

/// What answers about one cluster show.
const SHOWN: [&str; 3] = ["TAGS", "SETTINGS", "CONFIGURATIONS"];

/// A cluster that exists is answered as it is, unless it was to be otherwise.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.text("clusterName").unwrap_or("default");
    check_name(name)?;
    if let Some(there) = context.region().ecs.clusters.get(name).filter(|cluster| cluster.is_active) {
        check_same(&there.asked, input)?;
        return Ok(json!({ "cluster": there.render(&SHOWN) }));
    }
    let usual = account_setting::value(context, "containerInsights");
    let mut cluster = Cluster::new(name, context.arn("ecs", &format!("cluster/{name}")));
    cluster.tags = tagging::read(input)?;
    cluster.asked = input.value().clone();
    cluster.settings = settings(input, &usual)?;
    cluster.configuration = input.get("configuration").cloned().unwrap_or_default();
    cluster.connect_defaults = connect_defaults(context, input);
    (cluster.providers, cluster.default_shares) = providers(context, input)?;
    iam::ensure_service_linked_role(context, "ecs.amazonaws.com");
    let changes = cluster.has_groups();
    (cluster.is_updating, cluster.is_provisioning) = (changes, changes);
    let shown = cluster.render(&SHOWN);
    context.region().ecs.clusters.insert(name.to_owned(), cluster);
    if changes {
        settle_later(context, name);
    }
    Ok(json!({ "cluster": shown }))
}

/// Deleted clusters are described too.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("clusters");
    let asked = if asked.is_empty() { vec!["default"] } else { asked };
    if asked.len() > 100 {
        return Err(invalid("clusters can have at most 100 items."));
    }
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let name = short(reference);
        match context.region().ecs.clusters.get(name) {
            Some(cluster) => found.push(cluster.render(&input.texts("include"))),
            None => failures.push(missing(&context.arn("ecs", &format!("cluster/{name}")))),
        }
    }
    Ok(json!({ "clusters": found, "failures": failures }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let living = context.region().ecs.clusters.values().filter(|cluster| cluster.is_active);
    let arns = living.map(|cluster| cluster.arn.clone()).collect();
    paged_arns(input, "clusterArns", 100, arns)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCluster.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("cluster")?);
    let connect = input.has("serviceConnectDefaults").then(|| connect_defaults(context, input));
    let cluster = named(context, name)?;
    if input.has("settings") {
        cluster.settings = settings(input, "disabled")?;
    }
    if let Some(configuration) = input.get("configuration") {
        cluster.configuration.clone_from(configuration);
    }
    if let Some(connect) = connect {
        cluster.connect_defaults = connect;
    }
    Ok(json!({ "cluster": cluster.render(&SHOWN) }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateClusterSettings.html>
pub(super) fn update_settings(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("cluster")?);
    let settings = settings(input, "disabled")?;
    let cluster = named(context, name)?;
    cluster.settings = settings;
    Ok(json!({ "cluster": cluster.render(&SHOWN) }))
}

/// Both lists are replaced as a whole.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html>
pub(super) fn put_providers(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("cluster")?).to_owned();
    for member in ["capacityProviders", "defaultCapacityProviderStrategy"] {
        if !input.has(member) {
            return Err(input.missing(member));
        }
    }
    if named(context, &name)?.is_updating {
        let message = "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or \
                       UPDATE_FAILED state before they can be updated. Wait and try again.";
        return Err(AwsError::new("UpdateInProgressException", message));
    }
    let (providers, shares) = providers(context, input)?;
    let cluster = named(context, &name)?;
    let gone = cluster.providers.iter().find(|one| !providers.contains(one) && cluster.index.uses(one));
    if gone.is_some() {
        let message = "The specified capacity provider is in use and cannot be removed.";
        return Err(AwsError::new("ResourceInUseException", message));
    }
    let had_groups = cluster.has_groups();
    (cluster.providers, cluster.default_shares) = (providers, shares);
    cluster.is_updating = had_groups || cluster.has_groups();
    let (changes, shown) =
        (cluster.is_updating, cluster.render(&["TAGS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"]));
    if changes {
        settle_later(context, &name);
    }
    Ok(json!({ "cluster": shown }))
}

/// Only an empty cluster is deleted. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, now) = (short(input.required("cluster")?).to_owned(), context.now);
    let cluster = context.region().ecs.clusters.get_mut(&name).ok_or_else(no_cluster)?;
    if cluster.instances.values().any(ContainerInstance::is_registered) {
        let message = "The Cluster cannot be deleted while Container Instances are active or draining.";
        return Err(AwsError::new("ClusterContainsContainerInstancesException", message));
    }
    if [service::Status::Active, service::Status::Draining].iter().any(|status| cluster.count_services(*status) > 0) {
        let message = "The Cluster cannot be deleted while Services are active.";
        return Err(AwsError::new("ClusterContainsServicesException", message));
    }
    if cluster.index.total().living > 0 {
        let message = "The Cluster cannot be deleted while Tasks are active.";
        return Err(AwsError::new("ClusterContainsTasksException", message));
    }
    (cluster.is_active, cluster.is_provisioning) = (false, false);
    cluster.deleted.get_or_insert(now);
    cluster.providers.clear();
    cluster.default_shares.clear();
    let shown = cluster.render(&SHOWN);
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ecs(Event::ClusterForgotten(name)));
    Ok(json!({ "cluster": shown }))
}

/// What was asked of a cluster's providers has been done.
pub(super) fn settled(context: &mut Context<'_>, name: &str) {
    if let Some(cluster) = context.region().ecs.clusters.get_mut(name) {
        (cluster.is_updating, cluster.is_provisioning) = (false, false);
    }
}

/// Nobody describes a cluster that was deleted long ago.
pub(super) fn forget(context: &mut Context<'_>, name: &str) {
    let long_ago = context.now - timing::STILL_DESCRIBED;
    let clusters = &mut context.region().ecs.clusters;
    if clusters.get(name).and_then(|cluster| cluster.deleted).is_some_and(|deleted| deleted <= long_ago) {
        clusters.remove(name);
    }
}

fn settle_later(context: &mut Context<'_>, name: &str) {
    let settled = Event::ClusterSettled(name.to_owned());
    context.schedule(timing::CAPACITY_PROVIDER_CHANGES, event::Event::Ecs(settled));
}

fn named<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a mut Cluster, AwsError> {
    let cluster = context.region().ecs.clusters.get_mut(name).ok_or_else(no_cluster)?;
    if cluster.is_active { Ok(cluster) } else { Err(inactive_cluster()) }
}

/// The providers of a call and the default strategy among them.
fn providers(context: &mut Context<'_>, input: &Input<'_>) -> Result<(Vec<String>, Vec<Share>), AwsError> {
    let mut names: Vec<String> = Vec::new();
    for given in input.texts("capacityProviders") {
        if !names.iter().any(|name| name == short(given)) {
            names.push(short(given).to_owned());
        }
    }
    let ecs = &context.region().ecs;
    if let Some(unknown) = names.iter().find(|name| !ecs.has_provider(name)) {
        return Err(capacity_strategy::not_found(unknown));
    }
    if names.len() > 20 {
        return Err(invalid("A cluster can have at most 20 capacity providers."));
    }
    let shares = capacity_strategy::read(input, "defaultCapacityProviderStrategy")?;
    if shares.iter().any(|share| !names.contains(&share.provider)) {
        return Err(invalid(
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated with \
             the cluster. Associate the capacity provider with the cluster and try again.",
        ));
    }
    capacity_strategy::check_together(&shares)?;
    Ok((names, shares))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html>
fn settings(input: &Input<'_>, usual: &str) -> Result<Value, AwsError> {
    let mut value = usual;
    for setting in input.parts("settings") {
        if setting.text("name") != Some("containerInsights") {
            return Err(invalid(format!("Invalid setting name {}.", setting.text("name").unwrap_or_default())));
        }
        value = setting.text("value").unwrap_or_default();
        if !["enabled", "disabled", "enhanced"].contains(&value) {
            return Err(invalid("Invalid setting value. Value should be one of [enabled, disabled, enhanced]."));
        }
    }
    Ok(json!([{"name": "containerInsights", "value": value}]))
}

/// A namespace is shown by its ARN; an empty name takes the default away.
fn connect_defaults(context: &mut Context<'_>, input: &Input<'_>) -> Value {
    match input.part("serviceConnectDefaults").text("namespace").unwrap_or_default() {
        "" => Value::Null,
        arn if arn.starts_with("arn:") => json!({ "namespace": arn }),
        name => json!({ "namespace": registry::default_namespace(context, name) }),
    }
}

/// A repeated call may leave out what the first one said, but not contradict it.
fn check_same(first: &Value, input: &Input<'_>) -> Result<(), AwsError> {
    let differs = |member: &str| input.get(member).is_some_and(|given| first.get(member) != Some(given));
    let members = ["tags", "settings", "configuration", "capacityProviders", "defaultCapacityProviderStrategy"];
    if members.into_iter().any(differs) {
        let message =
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
        return Err(invalid(message));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    if (1..=255).contains(&name.len()) && name.chars().all(good) {
        return Ok(());
    }
    Err(invalid("Cluster name must match the regex: ^[a-zA-Z0-9\\-_]{1,255}$"))
}
