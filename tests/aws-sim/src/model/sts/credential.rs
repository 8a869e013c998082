//! Whom an access key stands for, and with which secret.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::clock::{Moment, iso, seconds};
use crate::model::context::Context;
use crate::model::tags::Tags;

/// An access key's owner. The key itself is what the world's credentials are sorted by.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Credential {
    pub(crate) account: Arc<str>,
    /// As `GetCallerIdentity` tells it.
    pub(crate) arn: String,
    pub(crate) user_id: String,
    /// Signatures are made with it.
    pub(crate) secret: String,
    /// Temporary credentials are only good together with it.
    pub(crate) token: Option<String>,
    pub(crate) expires: Option<Moment>,
    pub(crate) principal: Principal,
}

/// What kind of caller a credential is for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Principal {
    /// The account itself, who may do everything.
    Root,
    /// A user of IAM, by name.
    User {
        name: String,
    },
    Session(Box<Session>),
}

/// Somebody who has taken on a role.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Session {
    pub(crate) role_arn: String,
    pub(crate) role_name: String,
    pub(crate) role_id: String,
    /// Session policies: the session may do what these and the role's own allow.
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
    /// Session tags.
    pub(crate) tags: Tags,
    /// Keys of those tags that the next session of a chain inherits.
    pub(crate) transitive: Vec<String>,
    pub(crate) source_identity: Option<String>,
}

impl Credential {
    /// The account's own user, who may do everything and never expires.
    pub(crate) fn root(account: Arc<str>, secret: &str) -> Self {
        let (arn, user_id) = (format!("arn:aws:iam::{account}:root"), account.to_string());
        Self::lasting(account, &arn, &user_id, secret, Principal::Root)
    }

    /// One that holds until it is taken back.
    pub(crate) fn lasting(account: Arc<str>, arn: &str, user_id: &str, secret: &str, principal: Principal) -> Self {
        Self {
            account,
            arn: arn.to_owned(),
            user_id: user_id.to_owned(),
            secret: secret.to_owned(),
            token: None,
            expires: None,
            principal,
        }
    }

    /// Whether it is one of those that expire.
    pub(super) fn is_temporary(&self) -> bool {
        self.token.is_some()
    }

    /// The ARN of the role that the caller has taken on.
    pub(crate) fn role_arn(&self) -> Option<&str> {
        match &self.principal {
            Principal::Session(session) => Some(&session.role_arn),
            Principal::Root | Principal::User { .. } => None,
        }
    }
}

/// Gives out a temporary access key for somebody: adds it to the world, and answers it as STS shows it.
pub(super) fn issue(context: &mut Context<'_>, owner: Credential, lasts: i64) -> Value {
    #[allow(clippy::cast_precision_loss, reason = "callers have checked that it is at most 36 hours")]
    let expires = context.now + seconds(lasts as f64);
    let ids = &mut context.world.ids;
    let (access_key, secret, token) = (ids.capitals("ASIA", 16), ids.secret(), ids.token());
    let shown = json!({
        "AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": iso(expires),
    });
    let credential = Credential { secret, token: Some(token), expires: Some(expires), ..owner };
    context.world.credentials.insert(access_key.as_str().into(), credential);
    shown
}
