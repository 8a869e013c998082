//! What calls say of a service's workload: where its tasks run, in which network, and how they are found.

use serde_json::{Value, json};

use super::balancer::{self, Balancer};
use super::network::Network;
use super::refusal::{invalid, not_simulated};
use super::revision::{Launch, Workload};
use super::{discovery, launch, task_definition_calls};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::service::Service;

/// Parameters that have no counterpart here.
const NOT_SIMULATED: [(&str, &str); 4] = [
    ("volumeConfigurations", "volumes that are configured at launch"),
    ("vpcLatticeConfigurations", "VPC Lattice configurations"),
    ("gatewayConnectors", "gateway connectors"),
    ("monitoring", "monitoring configuration"),
];

/// The workload of a new service.
pub(super) fn of_new(context: &mut Context<'_>, input: &Input<'_>) -> Result<Workload, AwsError> {
    check_simulated(input)?;
    let definition = context.region().ecs.usable_definition(input.required("taskDefinition")?)?;
    let plan = launch::read(context, input, &definition)?;
    task_definition_calls::check_roles(context, &definition)?;
    let balancers = balancer::read(context, input, &definition)?;
    let registries = discovery::registries(context, input, &definition)?;
    Ok(Workload {
        definition,
        launch: Launch::of(&plan),
        network: plan.network.as_ref().map(Network::render).unwrap_or_default(),
        balancers,
        registries,
        connect: connect(context, input)?.unwrap_or_default(),
    })
}

/// The workload of a service after a call: what the call does not name stays.
pub(super) fn changed(context: &mut Context<'_>, input: &Input<'_>, before: &Workload) -> Result<Workload, AwsError> {
    check_simulated(input)?;
    let definition = match input.text("taskDefinition") {
        Some(reference) => context.region().ecs.usable_definition(reference)?,
        None => before.definition.clone(),
    };
    if definition.arn != before.definition.arn {
        task_definition_calls::check_roles(context, &definition)?;
    }
    let mut changed = Workload { definition, ..before.clone() };
    if input.has("loadBalancers") {
        changed.balancers = balancer::read(context, input, &changed.definition)?;
        check_kinds(&before.balancers, &changed.balancers)?;
    } else {
        balancer::check_ports(&changed.balancers, &changed.definition)?;
    }
    change_launch(context, input, &mut changed)?;
    if input.has("serviceRegistries") {
        changed.registries = discovery::registries(context, input, &changed.definition)?;
    }
    if let Some(connect) = connect(context, input)? {
        changed.connect = connect;
    }
    Ok(changed)
}

/// Where the tasks run, and in which network: what the call does not name stays.
fn change_launch(context: &mut Context<'_>, input: &Input<'_>, workload: &mut Workload) -> Result<(), AwsError> {
    let members = ["networkConfiguration", "capacityProviderStrategy", "platformVersion"];
    if !members.iter().any(|member| input.has(member)) {
        return Ok(());
    }
    let before = &workload.launch;
    let mut tree = input.value().clone();
    if let Some(given) = tree.as_object_mut() {
        if !input.has("capacityProviderStrategy") {
            match &before.kind {
                Some(kind) => given.insert("launchType".to_owned(), json!(kind)),
                None => given.insert("capacityProviderStrategy".to_owned(), before.providers.clone()),
            };
        }
        if !input.has("networkConfiguration") && !workload.network.is_null() {
            given.insert("networkConfiguration".to_owned(), workload.network.clone());
        }
        if !input.has("platformVersion")
            && let Some(platform) = &before.platform
        {
            given.insert("platformVersion".to_owned(), json!(platform));
        }
    }
    let plan = launch::read(context, &Input::new(Service::Ecs, &tree), &workload.definition)?;
    workload.launch = Launch::of(&plan);
    workload.network = plan.network.as_ref().map(Network::render).unwrap_or_default();
    Ok(())
}

/// Classic load balancers cannot be added, exchanged or removed once a service is there.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html>
fn check_kinds(before: &[Balancer], after: &[Balancer]) -> Result<(), AwsError> {
    let concerns_classic = before.iter().chain(after).any(Balancer::is_classic);
    if concerns_classic && before != after {
        return Err(invalid("Classic Load Balancers are not supported when updating the load balancers of a service."));
    }
    Ok(())
}

fn check_simulated(input: &Input<'_>) -> Result<(), AwsError> {
    let asked = |member: &str| input.get(member).is_some_and(|given| *given != json!([]) && *given != json!({}));
    match NOT_SIMULATED.iter().find(|(member, _)| asked(member)) {
        Some((_, what)) => Err(not_simulated(what)),
        None => Ok(()),
    }
}

/// Service Connect is shown as it was asked for; no proxy answers for it.
fn connect(context: &mut Context<'_>, input: &Input<'_>) -> Result<Option<Value>, AwsError> {
    let part = input.part("serviceConnectConfiguration");
    if part.value().is_null() {
        return Ok(None);
    }
    part.flag("enabled")?.ok_or_else(|| invalid("Service Connect configuration must say whether it is enabled."))?;
    discovery::check_namespace(context, &part)?;
    Ok(Some(part.value().clone()))
}
