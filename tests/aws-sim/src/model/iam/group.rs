//! Groups of users.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::holder::{Holder, Permissions};
use super::listing::{self, paged};
use super::refusal::{already_exists, delete_conflict};
use super::user::User;
use super::{State, quota};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Users who have the same policies.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Group {
    name: String,
    id: String,
    arn: String,
    path: String,
    created: Moment,
    pub(crate) permissions: Permissions,
    /// Names of users.
    pub(crate) members: BTreeSet<String>,
}

impl Group {
    pub(super) fn item(&self) -> Item {
        Item::new("iam", "groups", &self.arn, &Tags::default(), "available").named(&self.name)
    }

    fn render(&self) -> Value {
        json!({
            "Path": self.path,
            "GroupName": self.name,
            "GroupId": self.id,
            "Arn": self.arn,
            "CreateDate": iso(self.created),
        })
    }
}

impl Holder for Group {
    const KIND: &'static str = "group";
    const MEMBER: &'static str = "GroupName";
    const INLINE_SIZE: usize = quota::GROUP_INLINE_SIZE;

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.groups
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.groups
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

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "GroupName", 128)?;
    let path = listing::path(input)?;
    let group = Group {
        name: name.to_owned(),
        id: context.world.ids.capitals("AGPA", 17),
        arn: context.global_arn("iam", &format!("group{path}{name}")),
        path,
        created: context.now,
        permissions: Permissions::default(),
        members: BTreeSet::new(),
    };
    let groups = &mut context.account().iam.groups;
    if quota::is_taken(groups.keys(), name) {
        return Err(already_exists(format!("Group with name {name} already exists.")));
    }
    quota::check_room(groups.len(), "GroupsPerAccount", quota::GROUPS)?;
    let answer = json!({ "Group": group.render() });
    groups.insert(name.to_owned(), group);
    Ok(answer)
}

/// The group and a page of its users.
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &context.account().iam;
    let group = Group::find(iam, input)?;
    let members = group.members.iter().filter_map(|name| iam.users.get(name));
    let mut page = paged(input, "Users", members.map(|user| (user.name.clone(), user.render())).collect())?;
    page["Group"] = group.render();
    Ok(page)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    listed(context, input, |group| group.path.starts_with(prefix))
}

pub(super) fn list_for_user(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let user = User::find(&context.account().iam, input)?.name.clone();
    listed(context, input, |group| group.members.contains(&user))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let group = Group::find(iam, input)?;
    if !group.members.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must remove users from group first."));
    }
    group.permissions.check_none()?;
    let name = group.name.clone();
    iam.groups.remove(&name);
    Ok(Value::Null)
}

/// Adding a member again is no error.
pub(super) fn add_user(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    Group::find(iam, input)?;
    let user = User::find(iam, input)?.name.clone();
    let of_user = iam.groups.values().filter(|group| group.members.contains(&user)).count();
    quota::check_room(of_user, "GroupsPerUser", quota::GROUPS_PER_USER)?;
    Group::find_mut(iam, input)?.members.insert(user);
    Ok(Value::Null)
}

pub(super) fn remove_user(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    Group::find(iam, input)?;
    let user = User::find(iam, input)?.name.clone();
    Group::find_mut(iam, input)?.members.remove(&user);
    Ok(Value::Null)
}

fn listed(context: &mut Context<'_>, input: &Input<'_>, keep: impl Fn(&Group) -> bool) -> Answer {
    let groups = context.account().iam.groups.values().filter(|group| keep(group));
    paged(input, "Groups", groups.map(|group| (group.name.clone(), group.render())).collect())
}
