//! AWS has what the fold says, each thing once, and nothing else.

mod districts;
mod heritages;
mod nothing_else;

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::Facts;
use super::fold::Expected;
use super::verdict::Verdict;

pub(super) fn check(facts: &Facts, expected: &Expected, verdict: &mut Verdict) {
    let account = Account::of(facts);
    districts::check(&account, expected, verdict);
    heritages::check(&account, expected, verdict);
    nothing_else::check(&account, expected, verdict);
}

/// One thing on AWS.
#[derive(Clone, Copy, Debug)]
struct Thing<'a> {
    /// `ecs services`
    kind: &'a str,
    json: &'a Value,
}

impl<'a> Thing<'a> {
    fn text(&self, member: &str) -> &'a str {
        self.json[member].as_str().unwrap_or_default()
    }

    fn id(&self) -> &'a str {
        self.text("id")
    }

    fn name(&self) -> &'a str {
        self.text("name")
    }

    fn tag(&self, key: &str) -> Option<&'a str> {
        self.json["tags"][key].as_str()
    }

    fn district(&self) -> Option<&'a str> {
        self.tag("barcelona:district")
    }

    fn heritage(&self) -> Option<&'a str> {
        self.tag("barcelona:heritage")
    }

    fn operation(&self) -> Option<&'a str> {
        self.tag("barcelona:operation")
    }
}

/// Everything on AWS.
struct Account<'a> {
    kinds: BTreeMap<String, &'a Vec<Value>>,
}

impl<'a> Account<'a> {
    fn of(facts: &'a Facts) -> Account<'a> {
        let kinds =
            facts.end.inventory.iter().flat_map(|(service, kinds)| {
                kinds.iter().map(move |(kind, things)| (format!("{service} {kind}"), things))
            });
        Account { kinds: kinds.collect() }
    }

    fn all(&self) -> impl Iterator<Item = Thing<'_>> {
        self.kinds.iter().flat_map(|(kind, things)| things.iter().map(move |json| Thing { kind, json }))
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = Thing<'_>> {
        let found = self.kinds.get_key_value(kind);
        found.into_iter().flat_map(|(kind, things)| things.iter().map(move |json| Thing { kind, json }))
    }

    /// Those of a kind that carry the tags of a district, or of one of its heritages.
    fn owned<'b>(
        &'b self,
        kind: &str,
        district: &'b str,
        heritage: Option<&'b str>,
    ) -> impl Iterator<Item = Thing<'b>> {
        self.of_kind(kind).filter(move |it| it.district() == Some(district) && it.heritage() == heritage)
    }
}
