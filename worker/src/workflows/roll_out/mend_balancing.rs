//! What leads requests to a service that stands: somebody may have removed it since.
//!
//! A load balancer cannot be exchanged, so that its absence is told before anything is changed. A record that is gone is
//! made again; one that leads elsewhere is somebody's, and stays.

use shared::heritage::ServiceSpec;
use shared::problem::Code;

use crate::aws::route53::{Answer, Record};
use crate::engine::Failure;
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::create_public_record::public_answer;
use crate::workflows::create_heritage::create_record::private_answer;
use crate::workflows::create_heritage::parts::not_ours;
use crate::workflows::create_heritage::record;

/// Sees that load balancer and records of a service stand.
pub(super) async fn mend_balancing(cx: &HeritageCx, service: &ServiceSpec) -> Result<(), Failure> {
    if !service.is_balanced() {
        return Ok(());
    }
    let name = cx.load_balancer(&service.name);
    let gone = || {
        let detail = format!("load balancer {name} is not there: somebody removed it");
        Failure::not_seen_yet(Code::ResourceFailed, detail)
    };
    let seen = cx.aws.elb.find_load_balancer(&name).await?.ok_or_else(gone)?;
    if !cx.owner.covers(&seen.tags) {
        return Err(not_ours(&format!("load balancer {name}")));
    }
    let (zone_id, name) = cx.private_record(&service.name)?;
    mend(cx, Record { zone_id, name, answer: private_answer(&seen.thing) }).await?;
    if service.public
        && cx.target.district.spec.public_zone.is_some()
        && let Some((zone_id, name)) = cx.public_record(&service.name).await?
    {
        mend(cx, Record { zone_id, name, answer: public_answer(&seen.thing)? }).await?;
    }
    Ok(())
}

async fn mend(cx: &HeritageCx, wanted: Record) -> Result<(), Failure> {
    let name = wanted.name.clone();
    match cx.aws.route53.find_record(&wanted.zone_id, &name).await? {
        Some(standing) if leads_alike(&standing.answer, &wanted.answer) => {}
        Some(standing) => {
            let whither = standing.answer.target().unwrap_or("something else");
            cx.run.warn(format!("{name} was changed by somebody else and leads to {whither}; it stays"));
        }
        None => {
            record::create(cx, wanted).await?;
            cx.run.warn(format!("{name} was removed by somebody else; it was made again"));
        }
    }
    Ok(())
}

/// How long resolvers may keep it is anybody's to change.
fn leads_alike(standing: &Answer, wanted: &Answer) -> bool {
    standing.target().is_some() && standing.target() == wanted.target()
}
