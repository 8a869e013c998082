//! Validation: whether the domains' records are in public DNS, and what follows from it.
//!
//! <https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html>

use sha2::{Digest, Sha256};

use super::certificate::{Certificate, Domain, Method, Status};
use super::{Event, domain, usage, x509};
use crate::model::clock::Moment;
use crate::model::context::{Context, Place};
use crate::model::world::World;
use crate::model::{event, route53, timing};

/// Who may issue for a domain whose CAA records name Amazon.
/// <https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html>
const AUTHORITIES: [&str; 4] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/// Name and value of the record by which an account validates a domain: always the same ones, so that a record that
/// was made once serves later certificates too.
pub(super) fn record(account: &str, base: &str) -> (String, String) {
    let digits = |salt: &str| hex::encode(Sha256::digest(format!("{salt} {account} {base}")));
    let letters: String = digits("suffix").bytes().map(|digit| char::from(b'a' + digit % 26)).take(10).collect();
    let (name, value) = (&digits("name")[..32], &digits("value")[..32]);
    (format!("_{name}.{base}."), format!("_{value}.{letters}.acm-validations.aws."))
}

/// Records have changed somewhere: what waits for them is looked at as soon as all name servers know.
pub(crate) fn records_changed(world: &mut World, now: Moment) {
    let mut waiting = Vec::new();
    for (account, there) in world.accounts() {
        for (region, state) in there.regions() {
            let place = Place { account: account.clone(), region: region.clone() };
            waiting.extend(state.acm.pending.iter().map(|arn| (place.clone(), arn.clone())));
        }
    }
    for (place, arn) in waiting {
        let at = now + timing::NAME_SERVERS_LEARN + timing::VALIDATION_LOOKS_AT_FIRST;
        world.schedule(at, place, event::Event::Acm(Event::LookOnce(arn)));
    }
}

/// Looks at a pending certificate, and plans the next look.
pub(super) fn look_and_again(context: &mut Context<'_>, arn: &str) {
    look(context, arn);
    let now = context.now;
    let Some(certificate) = pending(context, arn) else { return };
    let young = now < certificate.created + timing::VALIDATION_LOOKS_OFTEN_FOR;
    let after = if young { timing::VALIDATION_LOOKS_AT_FIRST } else { timing::VALIDATION_LOOKS_LATER };
    context.schedule(after, event::Event::Acm(Event::Look(arn.to_owned())));
}

/// Looks at a pending certificate: it fails, some of its domains are validated, or it is issued.
pub(super) fn look(context: &mut Context<'_>, arn: &str) {
    let Some(mut certificate) = pending(context, arn).cloned() else { return };
    if let Some(reason) = failure(context.world, &certificate) {
        certificate.status = Status::Failed;
        certificate.failure = Some(reason.to_owned());
    } else if certificate.method == Method::Dns {
        for one in &mut certificate.domains {
            one.is_validated = one.is_validated || is_in_dns(context.world, one);
        }
        if certificate.domains.iter().all(|one| one.is_validated) {
            issue(context, &mut certificate);
        }
    }
    let state = &mut context.region().acm;
    if certificate.status != Status::PendingValidation {
        state.pending.remove(arn);
    }
    state.certificates.insert(arn.to_owned(), certificate);
}

/// Nothing validated the certificate in time.
pub(super) fn time_out(context: &mut Context<'_>, arn: &str) {
    if pending(context, arn).is_none() {
        return;
    }
    let state = &mut context.region().acm;
    state.pending.remove(arn);
    if let Some(certificate) = state.certificates.get_mut(arn) {
        certificate.status = Status::ValidationTimedOut;
    }
}

/// A certificate that is in use and whose records are still there gets a new term.
/// <https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html>
pub(super) fn renew(context: &mut Context<'_>, arn: &str, issued: Moment) {
    let Some(mut certificate) = since(context, arn, issued).cloned() else { return };
    let proven = certificate.domains.iter().all(|one| is_in_dns(context.world, one));
    if proven && !usage::of(context, arn).is_empty() {
        certificate.renewed = Some(context.now);
        issue(context, &mut certificate);
        context.region().acm.certificates.insert(arn.to_owned(), certificate);
    }
}

/// A certificate whose term is over.
pub(super) fn expire(context: &mut Context<'_>, arn: &str, issued: Moment) {
    if since(context, arn, issued).is_none() {
        return;
    }
    if let Some(certificate) = context.region().acm.certificates.get_mut(arn) {
        certificate.status = Status::Expired;
    }
}

/// Lets a certificate expire at its end.
pub(super) fn plan_expiry(context: &mut Context<'_>, certificate: &Certificate) {
    let (Some(at), Some(issued)) = (certificate.issued_at, &certificate.issued) else { return };
    let expire = Event::Expire(certificate.arn.clone(), at);
    context.schedule(issued.not_after - context.now, event::Event::Acm(expire));
}

fn issue(context: &mut Context<'_>, certificate: &mut Certificate) {
    let (now, seed) = (context.now, context.world.ids.hex(32));
    let names: Vec<&str> = certificate.domains.iter().map(|one| one.name.as_str()).collect();
    certificate.issued = Some(x509::issue(&names, &certificate.algorithm, &seed, now));
    (certificate.status, certificate.issued_at) = (Status::Issued, Some(now));
    plan_expiry(context, certificate);
    let renew = Event::Renew(certificate.arn.clone(), now);
    context.schedule(timing::CERTIFICATE_TERM - timing::CERTIFICATE_RENEWED_BEFORE, event::Event::Acm(renew));
}

fn failure(world: &World, certificate: &Certificate) -> Option<&'static str> {
    certificate.domains.iter().find_map(|one| {
        let base = domain::base(&one.name);
        domain::fault(base).or_else(|| (!may_issue(world, base)).then_some("CAA_ERROR"))
    })
}

/// Whether the CAA records nearest above a name, if there are any, let Amazon issue.
fn may_issue(world: &World, base: &str) -> bool {
    let mut name = base;
    loop {
        let records = route53::public_values(world, name, "CAA");
        if !records.is_empty() {
            return records.iter().any(|record| AUTHORITIES.iter().any(|authority| record.contains(authority)));
        }
        match name.split_once('.') {
            Some((_, above)) if above.contains('.') => name = above,
            Some(_) | None => return true,
        }
    }
}

fn is_in_dns(world: &World, one: &Domain) -> bool {
    let (name, value) = &one.record;
    let wanted = value.trim_end_matches('.');
    route53::public_values(world, name, "CNAME").iter().any(|found| found.trim_end_matches('.') == wanted)
}

fn pending<'c>(context: &'c mut Context<'_>, arn: &str) -> Option<&'c Certificate> {
    let certificate = context.region().acm.certificates.get(arn);
    certificate.filter(|certificate| certificate.status == Status::PendingValidation)
}

/// The certificate, if it is still the one that was issued then.
fn since<'c>(context: &'c mut Context<'_>, arn: &str, issued: Moment) -> Option<&'c Certificate> {
    let certificate = context.region().acm.certificates.get(arn);
    certificate.filter(|one| one.status == Status::Issued && one.issued_at == Some(issued))
}
