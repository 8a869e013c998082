//! Users: people and programs with access keys of their own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access_key::AccessKey;
use super::holder::{Holder, Permissions};
use super::listing::{self, paged};
use super::refusal::{already_exists, delete_conflict, no_such_entity};
use super::role::render_boundary;
use super::tagging::{self, Tagged};
use super::{State, policy, quota};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::sts::Principal;
use crate::model::tags::Tags;

/// A user.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct User {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) arn: String,
    path: String,
    created: Moment,
    pub(crate) permissions: Permissions,
    pub(crate) boundary: Option<String>,
    /// By id.
    pub(super) keys: BTreeMap<String, AccessKey>,
    tags: Tags,
}

impl User {
    pub(super) fn item(&self) -> Item {
        Item::new("iam", "users", &self.arn, &self.tags, "available").named(&self.name)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "Path": self.path,
            "UserName": self.name,
            "UserId": self.id,
            "Arn": self.arn,
            "CreateDate": iso(self.created),
        })
    }

    fn render_whole(&self) -> Value {
        let mut tree = self.render();
        tree["PermissionsBoundary"] = render_boundary(self.boundary.as_deref());
        tree["Tags"] = tagging::shown(&self.tags);
        tree
    }
}

impl Holder for User {
    const KIND: &'static str = "user";
    const MEMBER: &'static str = "UserName";
    const INLINE_SIZE: usize = quota::USER_INLINE_SIZE;

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.users
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.users
    }

    fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    fn permissions_mut(&mut self) -> &mut Permissions {
        &mut self.permissions
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn id(&self) -> &str {
        &self.id
    }
}

impl Tagged for User {
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError> {
        Self::find(state, input).map(|user| &user.tags)
    }

    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
        Self::find_mut(state, input).map(|user| &mut user.tags)
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "UserName", 64)?;
    let (path, tags) = (listing::path(input)?, tagging::read(input)?);
    let boundary = policy::boundary(&context.account().iam, input)?;
    let user = User {
        name: name.to_owned(),
        id: context.world.ids.capitals("AIDA", 17),
        arn: context.global_arn("iam", &format!("user{path}{name}")),
        path,
        created: context.now,
        permissions: Permissions::default(),
        boundary,
        keys: BTreeMap::new(),
        tags,
    };
    let users = &mut context.account().iam.users;
    if quota::is_taken(users.keys(), name) {
        return Err(already_exists(format!("User with name {name} already exists.")));
    }
    quota::check_room(users.len(), "UsersPerAccount", quota::USERS)?;
    let answer = json!({ "User": user.render_whole() });
    users.insert(name.to_owned(), user);
    Ok(answer)
}

/// Without a name, the user who asks; the root user has none, and sessions are no users.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    if input.has("UserName") {
        return Ok(json!({ "User": User::find(&context.account().iam, input)?.render_whole() }));
    }
    let caller = context.caller();
    match &caller.principal {
        Principal::Root => {
            let account = context.place.account.clone();
            Ok(json!({ "User": {
                "UserId": &*account, "Arn": caller.arn, "CreateDate": "2020-01-01T00:00:00Z", "Path": "/",
            } }))
        }
        Principal::User { name } => {
            let user = context.account().iam.users.get(name).ok_or_else(|| User::missing(name))?;
            Ok(json!({ "User": user.render_whole() }))
        }
        Principal::Session(_) => {
            let message = "Must specify userName when calling with non-User credentials";
            Err(AwsError::new("ValidationError", message))
        }
    }
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    let users = context.account().iam.users.values().filter(|user| user.path.starts_with(prefix));
    paged(input, "Users", users.map(|user| (user.name.clone(), user.render())).collect())
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let user = User::find(iam, input)?;
    let name = user.name.clone();
    if !user.keys.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete access keys first."));
    }
    if iam.groups.values().any(|group| group.members.contains(&name)) {
        return Err(delete_conflict("Cannot delete entity, must remove users from group first."));
    }
    user.permissions.check_none()?;
    iam.users.remove(&name);
    Ok(Value::Null)
}

pub(super) fn put_boundary(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("PermissionsBoundary")?;
    let boundary = policy::boundary(&context.account().iam, input)?;
    User::find_mut(&mut context.account().iam, input)?.boundary = boundary;
    Ok(Value::Null)
}

pub(super) fn delete_boundary(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let user = User::find_mut(&mut context.account().iam, input)?;
    let missing = || no_such_entity(format!("The user {} has no permissions boundary.", user.name));
    user.boundary.take().map(|_| Value::Null).ok_or_else(missing)
}
