//! Identity providers that speak OpenID Connect: who else may vouch for somebody.

use serde_json::{Value, json};

use super::State;
use super::refusal::{already_exists, limit_exceeded, no_such_entity};
use super::tagging::{self, Tagged};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const PROVIDERS: usize = 700;
const CLIENTS: usize = 100;
const THUMBPRINTS: usize = 5;

/// A provider.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct OidcProvider {
    arn: String,
    /// Without `https://`.
    url: String,
    clients: Vec<String>,
    thumbprints: Vec<String>,
    created: Moment,
    tags: Tags,
}

impl OidcProvider {
    pub(super) fn item(&self) -> Item {
        Item::new("iam", "oidc_providers", &self.arn, &self.tags, "available").named(&self.url)
    }

    fn find_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Self, AwsError> {
        let arn = input.required("OpenIDConnectProviderArn")?;
        state.oidc_providers.get_mut(arn).ok_or_else(|| not_found(arn))
    }
}

impl Tagged for OidcProvider {
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError> {
        let arn = input.required("OpenIDConnectProviderArn")?;
        state.oidc_providers.get(arn).map(|provider| &provider.tags).ok_or_else(|| not_found(arn))
    }

    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
        Self::find_mut(state, input).map(|provider| &mut provider.tags)
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let url = input.required("Url")?;
    let url = url
        .strip_prefix("https://")
        .filter(|rest| !rest.is_empty() && !rest.contains('?'))
        .ok_or_else(|| AwsError::new("ValidationError", "Invalid Open ID Connect Provider URL"))?;
    let (clients, thumbprints, tags) =
        (input.strings("ClientIDList"), input.strings("ThumbprintList"), tagging::read(input)?);
    if clients.len() > CLIENTS {
        return Err(limit_exceeded(&format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {CLIENTS}")));
    }
    check_thumbprints(&thumbprints)?;
    let (now, arn) = (context.now, context.global_arn("iam", &format!("oidc-provider/{url}")));
    let providers = &mut context.account().iam.oidc_providers;
    if providers.contains_key(&arn) {
        return Err(already_exists(format!("Provider with url https://{url} already exists.")));
    }
    super::quota::check_room(providers.len(), "OpenIdConnectProvidersPerAccount", PROVIDERS)?;
    let shown = tagging::shown(&tags);
    let provider = OidcProvider { arn: arn.clone(), url: url.to_owned(), clients, thumbprints, created: now, tags };
    providers.insert(arn.clone(), provider);
    Ok(json!({"OpenIDConnectProviderArn": arn, "Tags": shown}))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let provider = OidcProvider::find_mut(&mut context.account().iam, input)?;
    Ok(json!({
        "Url": provider.url, "ClientIDList": provider.clients, "ThumbprintList": provider.thumbprints,
        "CreateDate": iso(provider.created), "Tags": tagging::shown(&provider.tags),
    }))
}

pub(super) fn list(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let arns = context.account().iam.oidc_providers.keys().map(|arn| json!({ "Arn": arn }));
    Ok(json!({ "OpenIDConnectProviderList": arns.collect::<Vec<_>>() }))
}

/// Deleting one that is not there is no error.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.account().iam.oidc_providers.remove(input.required("OpenIDConnectProviderArn")?);
    Ok(Value::Null)
}

pub(super) fn add_client(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let client = input.required("ClientID")?;
    let clients = &mut OidcProvider::find_mut(&mut context.account().iam, input)?.clients;
    if !clients.iter().any(|have| have == client) {
        clients.push(client.to_owned());
    }
    Ok(Value::Null)
}

pub(super) fn remove_client(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let client = input.required("ClientID")?;
    OidcProvider::find_mut(&mut context.account().iam, input)?.clients.retain(|have| have != client);
    Ok(Value::Null)
}

pub(super) fn update_thumbprints(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let thumbprints = input.strings("ThumbprintList");
    check_thumbprints(&thumbprints)?;
    OidcProvider::find_mut(&mut context.account().iam, input)?.thumbprints = thumbprints;
    Ok(Value::Null)
}

fn check_thumbprints(thumbprints: &[String]) -> Result<(), AwsError> {
    if thumbprints.len() > THUMBPRINTS {
        return Err(AwsError::new("InvalidInput", "Thumbprint list must contain fewer than 5 entries."));
    }
    if thumbprints.iter().any(|one| one.len() != 40) {
        return Err(AwsError::new("ValidationError", "Thumbprint must be 40 characters long."));
    }
    Ok(())
}

fn not_found(arn: &str) -> AwsError {
    no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}"))
}
