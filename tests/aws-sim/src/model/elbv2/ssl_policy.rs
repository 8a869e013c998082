//! Security policies: which protocols and ciphers a secure listener takes.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>

use serde_json::{Value, json};

use super::listing::paged;
use super::load_balancer::Kind;
use super::{constraint, not_simulated};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What a listener gets that names none by the API.
pub(super) const DEFAULT: &str = "ELBSecurityPolicy-2016-08";

// Families of ciphers.
const TLS13: u8 = 1;
const GCM: u8 = 2;
const CBC: u8 = 4;
const SHA1: u8 = 8;
const RSA: u8 = 16;
const RSA_SHA1: u8 = 32;
const FORWARD_SECRET: u8 = GCM | CBC | SHA1;
const ALL_OF_12: u8 = FORWARD_SECRET | RSA | RSA_SHA1;

/// In the order in which the load balancer prefers them.
const CIPHERS: [(&str, u8); 21] = [
    ("TLS_AES_128_GCM_SHA256", TLS13),
    ("TLS_AES_256_GCM_SHA384", TLS13),
    ("TLS_CHACHA20_POLY1305_SHA256", TLS13),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", GCM),
    ("ECDHE-RSA-AES128-GCM-SHA256", GCM),
    ("ECDHE-ECDSA-AES128-SHA256", CBC),
    ("ECDHE-RSA-AES128-SHA256", CBC),
    ("ECDHE-ECDSA-AES128-SHA", SHA1),
    ("ECDHE-RSA-AES128-SHA", SHA1),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", GCM),
    ("ECDHE-RSA-AES256-GCM-SHA384", GCM),
    ("ECDHE-ECDSA-AES256-SHA384", CBC),
    ("ECDHE-RSA-AES256-SHA384", CBC),
    ("ECDHE-ECDSA-AES256-SHA", SHA1),
    ("ECDHE-RSA-AES256-SHA", SHA1),
    ("AES128-GCM-SHA256", RSA),
    ("AES128-SHA256", RSA),
    ("AES128-SHA", RSA_SHA1),
    ("AES256-GCM-SHA384", RSA),
    ("AES256-SHA256", RSA),
    ("AES256-SHA", RSA_SHA1),
];

const PROTOCOLS: [&str; 4] = ["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"];

/// Name, the places of the newest and the oldest protocol in the list above, and the families of ciphers.
const POLICIES: [(&str, usize, usize, u8); 22] = [
    ("ELBSecurityPolicy-TLS13-1-3-2021-06", 0, 0, TLS13),
    ("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", 0, 0, TLS13),
    ("ELBSecurityPolicy-TLS13-1-2-2021-06", 0, 1, TLS13 | GCM | CBC),
    ("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", 0, 1, TLS13 | GCM | CBC),
    ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", 0, 1, TLS13 | GCM),
    ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", 0, 1, TLS13 | GCM),
    ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", 0, 1, TLS13 | ALL_OF_12),
    ("ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09", 0, 1, TLS13 | ALL_OF_12),
    ("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", 0, 1, TLS13 | GCM | CBC | RSA),
    ("ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09", 0, 1, TLS13 | GCM | CBC | RSA),
    ("ELBSecurityPolicy-TLS13-1-1-2021-06", 0, 2, TLS13 | ALL_OF_12),
    ("ELBSecurityPolicy-TLS13-1-0-2021-06", 0, 3, TLS13 | ALL_OF_12),
    ("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", 0, 3, TLS13 | ALL_OF_12),
    ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", 1, 1, ALL_OF_12),
    ("ELBSecurityPolicy-TLS-1-2-2017-01", 1, 1, GCM | CBC | RSA),
    ("ELBSecurityPolicy-TLS-1-1-2017-01", 1, 2, ALL_OF_12),
    (DEFAULT, 1, 3, ALL_OF_12),
    ("ELBSecurityPolicy-FS-1-2-Res-2020-10", 1, 1, GCM),
    ("ELBSecurityPolicy-FS-1-2-Res-2019-08", 1, 1, GCM | CBC),
    ("ELBSecurityPolicy-FS-1-2-2019-08", 1, 1, FORWARD_SECRET),
    ("ELBSecurityPolicy-FS-1-1-2019-08", 1, 2, FORWARD_SECRET),
    ("ELBSecurityPolicy-FS-2018-06", 1, 3, FORWARD_SECRET),
];

/// The protocols and ciphers of a policy, as classic load balancers need them too.
pub(crate) fn settings(name: &str) -> Vec<&'static str> {
    let Some((_, newest, oldest, families)) = POLICIES.iter().find(|(known, ..)| *known == name) else {
        return Vec::new();
    };
    let protocols = PROTOCOLS.get(*newest..=*oldest).unwrap_or_default().iter().copied();
    let ciphers = CIPHERS.iter().filter(|(_, family)| family & families != 0).map(|(cipher, _)| *cipher);
    protocols.chain(ciphers).collect()
}

/// Whether there is a policy of that name.
pub(super) fn check(name: &str) -> Result<(), AwsError> {
    if POLICIES.iter().any(|(known, ..)| *known == name) {
        return Ok(());
    }
    Err(AwsError::new("SSLPolicyNotFound", format!("SSL policy '{name}' not found")))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html>
pub(super) fn describe(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    match input.text("LoadBalancerType") {
        Some("gateway") => return Err(not_simulated("gateway load balancers")),
        Some(text) => drop(constraint::enumerated::<Kind>(text, "loadBalancerType")?),
        None => {}
    }
    let names = input.texts("Names");
    names.iter().try_for_each(|name| check(name))?;
    let wanted = POLICIES.iter().enumerate().filter(|(_, policy)| names.is_empty() || names.contains(&policy.0));
    paged(input, "SslPolicies", wanted.map(|(place, policy)| (format!("{place:03}"), render(*policy))).collect())
}

fn render((name, newest, oldest, families): (&str, usize, usize, u8)) -> Value {
    let ciphers = CIPHERS.iter().filter(|(_, family)| family & families != 0).enumerate();
    let ciphers: Vec<Value> =
        ciphers.map(|(place, (cipher, _))| json!({"Name": cipher, "Priority": place + 1})).collect();
    json!({
        "Name": name,
        "SslProtocols": PROTOCOLS.get(newest..=oldest),
        "Ciphers": ciphers,
        "SupportedLoadBalancerTypes": ["application", "network"],
    })
}
