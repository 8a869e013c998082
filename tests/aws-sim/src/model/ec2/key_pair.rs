//! Key pairs. Their keys open nothing here.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::table::{Kind, Resource, identified, one};
use super::{State, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A named key.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct KeyPair {
    id: String,
    name: String,
    /// `rsa` or `ed25519`.
    kind: String,
    fingerprint: String,
    public_key: String,
    created: Moment,
    tags: Tags,
}

impl Resource for KeyPair {
    const KIND: Kind = Kind {
        plural: "key_pairs",
        tag_type: "key-pair",
        ids: "KeyPairId",
        set: "keySet",
        not_found: ("InvalidKeyPair.NotFound", "key pair"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "key-pair-id" => one(&self.id),
            "key-name" => one(&self.name),
            "fingerprint" => one(&self.fingerprint),
            _ => None,
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.named(&self.name)
    }
}

impl State {
    pub(super) fn key_pair(&self, name: &str) -> Result<&KeyPair, AwsError> {
        let missing = || AwsError::new("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist"));
        self.key_pairs.values().find(|pair| pair.name == name).ok_or_else(missing)
    }
}

/// The private key is shown here and never again.
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let kind = input.text("KeyType").unwrap_or("rsa");
    if !matches!(kind, "rsa" | "ed25519") {
        let message = format!("Value ({kind}) for parameter keyType is invalid.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let secret = context.world.ids.hex(64);
    let pair = insert(context, input, kind, &secret)?;
    let encoded = BASE64.encode(Sha256::digest(&secret));
    let material = format!("-----BEGIN RSA PRIVATE KEY-----\n{encoded}\n-----END RSA PRIVATE KEY-----");
    Ok(json!({
        "keyPairId": pair.id, "keyName": pair.name, "keyFingerprint": pair.fingerprint, "keyMaterial": material,
        "tagSet": tagging::tag_set(&pair.tags),
    }))
}

pub(super) fn import(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let unfit = || AwsError::new("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    let bytes = BASE64.decode(input.required("PublicKeyMaterial")?).map_err(|_| unfit())?;
    let text = String::from_utf8(bytes).map_err(|_| unfit())?;
    let kind = match text.split_whitespace().next() {
        Some("ssh-rsa") => "rsa",
        Some("ssh-ed25519") => "ed25519",
        Some(_) | None => return Err(unfit()),
    };
    let pair = insert(context, input, kind, text.trim())?;
    Ok(json!({
        "keyPairId": pair.id, "keyName": pair.name, "keyFingerprint": pair.fingerprint,
        "tagSet": tagging::tag_set(&pair.tags),
    }))
}

fn insert(context: &mut Context<'_>, input: &Input<'_>, kind: &str, key: &str) -> Result<KeyPair, AwsError> {
    let name = input.required("KeyName")?;
    if name.len() > 255 || !name.is_ascii() {
        let message = format!("Value ({name}) for parameter keyName is invalid.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let tags = tagging::of_new(input, KeyPair::KIND.tag_type)?;
    if context.region().ec2.key_pair(name).is_ok() {
        return Err(AwsError::new("InvalidKeyPair.Duplicate", format!("The keypair already exists: {name}")));
    }
    let digest = hex::encode(Sha256::digest(key));
    let pairs = digest.as_bytes().chunks(2).take(if kind == "rsa" { 20 } else { 16 });
    let fingerprint = pairs.map(String::from_utf8_lossy).collect::<Vec<_>>().join(":");
    let pair = KeyPair {
        id: context.id("key"),
        name: name.to_owned(),
        kind: kind.to_owned(),
        fingerprint,
        public_key: if key.starts_with("ssh-") {
            key.to_owned()
        } else {
            format!("ssh-{kind} {}", BASE64.encode(digest))
        },
        created: context.now,
        tags,
    };
    context.region().ec2.key_pairs.insert(pair.clone());
    Ok(pair)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let shows_key = input.flag("IncludePublicKey")?.unwrap_or(false);
    let ec2 = &context.region().ec2;
    let names = input.texts("KeyName");
    for name in &names {
        ec2.key_pair(name)?;
    }
    let selected = ec2.key_pairs.select(input)?.into_iter();
    let named = selected.filter(|pair| names.is_empty() || names.contains(&pair.name.as_str()));
    Ok(json!({ "keySet": named.map(|pair| render(pair, shows_key)).collect::<Vec<_>>() }))
}

/// Deleting a pair that does not exist is no error.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteKeyPair.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = match (input.text("KeyPairId"), input.text("KeyName")) {
        (Some(id), _) => ec2.key_pairs.get(id).map(|pair| pair.id.clone()),
        (None, Some(name)) => ec2.key_pair(name).ok().map(|pair| pair.id.clone()),
        (None, None) => return Err(input.missing("KeyName")),
    };
    let removed = id.and_then(|id| ec2.key_pairs.remove(&id));
    Ok(json!({"return": true, "keyPairId": removed.map(|pair| pair.id)}))
}

fn render(pair: &KeyPair, shows_key: bool) -> Value {
    json!({
        "keyPairId": pair.id,
        "keyName": pair.name,
        "keyType": pair.kind,
        "keyFingerprint": pair.fingerprint,
        "publicKey": shows_key.then_some(&pair.public_key),
        "createTime": iso(pair.created),
        "tagSet": tagging::tag_set(&pair.tags),
    })
}
