//! Districts: the list, and one with its applications and its newest operations.

use axum::extract::State;
use maud::{Markup, html};
use shared::names::DistrictName;
use shared::operation::Operation;
use shared::store::{Filter, HeritageView};

use super::heritages;
use crate::app::Api;
use crate::place::InDistrict;
use crate::standing;
use crate::views::DistrictDocument;
use crate::web::layout::{Page, Place};
use crate::web::parts::{conditions, limits, moment, operations, state};
use crate::web::sorry::Sorry;
use crate::web::visitor::Visitor;

/// Operations on the page of a district.
const NEWEST: usize = 10;

/// Lists districts with their heritages.
pub(in crate::web) async fn list(State(api): State<Api>, visitor: Visitor) -> Result<Markup, Sorry> {
    let names: Vec<_> = api.store.districts().await?.into_iter().map(|district| district.name).collect();
    let read = names.iter().map(async |name| seen(&api, name).await);
    let districts = futures::future::try_join_all(read).await?;
    let changes = Some("/ui/changes".to_owned());
    let page = Page { title: "Districts", place: Place::Districts, visitor: &visitor, changes };
    let live = html! {
        (limits::notice(&api).await?)
        @for (district, heritages) in &districts {
            section.district {
                header.heading {
                    h2 { a href={ "/ui/districts/" (district.name) } { (district.name) } }
                    (state::of_lifecycle(district.state))
                    span.note { (district.region) ", " (district.cluster_size) " × " (district.instance_type) }
                }
                (heritages::table(heritages))
            }
        }
        @if districts.is_empty() { p.empty { "No districts. Make one: " code { "bcn district create dev" } } }
    };
    Ok(page.around(&html! { h1 { "Districts" } }, &live))
}

async fn seen(api: &Api, name: &DistrictName) -> Result<(DistrictDocument, Vec<HeritageView>), Sorry> {
    let district = DistrictDocument::of(&standing::district(api, name).await?);
    Ok((district, api.store.heritages(name).await?))
}

/// Shows a district.
pub(in crate::web) async fn show(
    State(api): State<Api>,
    visitor: Visitor,
    InDistrict(name): InDistrict,
) -> Result<Markup, Sorry> {
    let (district, heritages) = seen(&api, &name).await?;
    let filter = Filter { district: Some(name.clone()), ..Filter::default() };
    let newest = api.store.operations(&filter, None, NEWEST).await?.items;
    let changes = Some("/ui/changes".to_owned());
    let page = Page { title: name.as_str(), place: Place::Districts, visitor: &visitor, changes };
    Ok(page.around(&html! {}, &sheet(&district, &heritages, &newest)))
}

fn sheet(district: &DistrictDocument, heritages: &[HeritageView], newest: &[Operation]) -> Markup {
    html! {
        header.heading { h1 { "District " (district.name) } (state::of_lifecycle(district.state)) }
        dl.facts {
            div { dt { "Region" } dd { (district.region) } }
            div { dt { "Instances" } dd { (district.cluster_size) " × " (district.instance_type) } }
            @if let Some(range) = &district.cidr_block { div { dt { "Addresses" } dd { code { (range) } } } }
            div { dt { "Way out" } dd { (district.nat_type.to_string().replace('_', " ")) } }
            div { dt { "Made" } dd { (moment::ago(district.created_at)) } }
        }
        (conditions::block(&district.conditions))
        h2 { "Heritages" }
        (heritages::table(heritages))
        h2 { "On AWS" }
        dl.facts.aws { @for (name, id) in ids(district) { dt { (name) } dd { code { (id) } } } }
        h2 { "Newest operations" }
        (operations::table(newest))
        p { a href={ "/ui/operations?district=" (district.name) } { "All operations on it" } }
    }
}

fn ids(district: &DistrictDocument) -> impl Iterator<Item = (&'static str, String)> {
    let several = |ids: &[String]| Some(ids.join(" ")).filter(|ids| !ids.is_empty());
    let ids = [
        ("VPC", district.vpc_id.clone()),
        ("Public subnets", several(&district.public_subnet_ids)),
        ("Private subnets", several(&district.private_subnet_ids)),
        ("ECS cluster", district.cluster_arn.clone()),
        ("Security group of public load balancers", district.public_elb_security_group.clone()),
        ("Security group of private load balancers", district.private_elb_security_group.clone()),
        ("Security group of instances", district.instance_security_group.clone()),
        ("Role of services", district.ecs_service_role.clone()),
        ("Role of instances", district.ecs_instance_role.clone()),
        ("Private zone", district.private_zone_id.clone()),
        ("Public zone", district.public_zone.clone()),
    ];
    ids.into_iter().filter_map(|(name, id)| Some((name, id?)))
}
