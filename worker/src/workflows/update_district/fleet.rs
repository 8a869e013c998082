//! Bringing the container instances to a shape, one action a turn: whatever was done before, the next action follows from
//! what is seen.
//!
//! Instances that do not fit are replaced one at a time: grow by one, drain, terminate with decrement. At no moment take
//! fewer instances tasks than the smaller of before and after.

use serde::{Deserialize, Serialize};
use shared::problem::Code;

use super::missing;
use crate::aws::autoscaling::{Change, Group, Template};
use crate::aws::ecs::ContainerInstance;
use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::parts;

/// What the instances are to be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// What they are made from.
    pub(crate) template: Template,
    /// Where they stand.
    pub(crate) subnet_ids: Vec<String>,
    /// How many there are.
    pub(crate) size: u32,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    /// The group is to want so many instances of the shape.
    Want(u32),
    /// Tasks are to move away from these.
    Drain(Vec<String>),
    /// These drain, as an undo finds them, but are to stay.
    Keep(Vec<String>),
    /// These are to be terminated: nothing runs on them.
    Remove(Vec<String>),
    /// Nothing: this is waited for.
    Wait(String),
    /// Nothing: the instances have the shape.
    Done,
}

/// An instance of the group.
#[derive(Clone, Debug)]
struct Machine {
    instance_id: String,
    /// Whether it has the shape.
    fits: bool,
    /// As the cluster sees it, once it has joined.
    joined: Option<ContainerInstance>,
}

impl Machine {
    fn takes_tasks(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.is_active)
    }

    fn is_draining(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.is_draining)
    }

    fn draining_arn(&self) -> Option<String> {
        self.joined.as_ref().filter(|joined| joined.is_draining).map(|joined| joined.arn.clone())
    }

    fn tasks(&self) -> u32 {
        self.joined.as_ref().map_or(0, |joined| joined.tasks)
    }
}

/// Takes one turn towards the shape.
pub(crate) async fn converge(cx: &DistrictCx, shape: &Shape) -> Result<Turn<()>, Failure> {
    let name = parts::cluster_name(cx);
    let group = own_group(cx, &name).await?;
    let mut joined = cx.aws.ecs.container_instances(&name).await?;
    let machines = machines(&group, shape, &mut joined);
    let action = next(&group, shape, &machines);
    match &action {
        Action::Want(desired) => {
            let most = (*desired).max(group.desired).max(shape.size);
            let (template, subnet_ids) = (&shape.template, shape.subnet_ids.as_slice());
            let change = Change { template, subnet_ids, desired: *desired, most };
            cx.aws.autoscaling.change_group(&name, &change).await?;
        }
        Action::Drain(arns) => cx.aws.ecs.drain(&name, arns).await?,
        Action::Keep(arns) => cx.aws.ecs.activate(&name, arns).await?,
        Action::Remove(ids) => {
            for id in ids {
                cx.aws.autoscaling.remove_instance(id).await?;
            }
        }
        Action::Wait(_) => {}
        Action::Done => return Ok(Turn::Done(())),
    }
    let done = machines.iter().filter(|machine| machine.fits && machine.takes_tasks()).count() as u64;
    let wait = Wait::for_aws(headline(action)).progress(done.min(shape.size.into()), shape.size.into(), "instances");
    Ok(Turn::Wait(wait))
}

/// The shape before the step began, noted in its intent.
pub(crate) async fn before<S: Step<Cx = DistrictCx>>(cx: &DistrictCx, step: &S) -> Result<Shape, Failure> {
    if let Some(before) = cx.run.note_of(step)? {
        return Ok(before);
    }
    let name = parts::cluster_name(cx);
    let Group { template, subnet_ids, desired, .. } = own_group(cx, &name).await?;
    let template = template.ok_or_else(|| missing(&format!("the launch template of Auto Scaling group {name}")))?;
    let size = cx.target.before.as_ref().map_or(desired, |before| before.cluster_size);
    let shape = Shape { template, subnet_ids, size };
    cx.run.intent(step, &shape).await?;
    Ok(shape)
}

/// The group; one that somebody else put in its place is not ours to change.
async fn own_group(cx: &DistrictCx, name: &str) -> Result<Group, Failure> {
    match cx.aws.autoscaling.find_group(name).await? {
        Some(group) if !cx.owner.covers(&group.tags) => {
            let detail = format!("Auto Scaling group {name} does not carry the district's tags");
            Err(Failure::permanent(Code::AlreadyExists, detail))
        }
        Some(group) => Ok(group),
        None => Err(missing(&format!("the Auto Scaling group {name}"))),
    }
}

/// Takes one turn back to the shape before the step began.
pub(crate) async fn restore<S: Step<Cx = DistrictCx>>(cx: &DistrictCx, step: &S) -> Result<Undone, Failure> {
    let Some(before) = cx.run.note_of(step)? else { return Ok(Undone::Done(vec![])) };
    match converge(cx, &before).await? {
        Turn::Done(()) => Ok(Undone::Done(vec![parts::cluster_name(cx)])),
        Turn::Wait(wait) => Ok(Undone::Wait(wait)),
    }
}

fn headline(action: Action) -> String {
    match action {
        Action::Want(desired) => format!("instances wanted: {desired}"),
        Action::Drain(arns) => format!("instances being drained of tasks: {}", arns.len()),
        Action::Keep(arns) => format!("instances taking tasks again: {}", arns.len()),
        Action::Remove(ids) => format!("instances being terminated: {}", ids.join(", ")),
        Action::Wait(what) => what,
        Action::Done => "the instances are as they are to be".to_owned(),
    }
}

fn machines(group: &Group, shape: &Shape, joined: &mut Vec<ContainerInstance>) -> Vec<Machine> {
    let members = group.members.iter().map(|member| {
        let at = joined.iter().position(|one| one.instance_id == member.instance_id);
        let fits = member.version.as_ref() == Some(&shape.template.version);
        Machine { instance_id: member.instance_id.clone(), fits, joined: at.map(|at| joined.swap_remove(at)) }
    });
    let mut machines: Vec<Machine> = members.collect();
    // Who goes first: what drains already, what has not joined, what has the fewest tasks.
    machines.sort_by_key(|it| (!it.is_draining(), it.joined.is_some(), it.tasks(), it.instance_id.clone()));
    machines
}

fn next(group: &Group, shape: &Shape, machines: &[Machine]) -> Action {
    let is_set = group.template.as_ref() == Some(&shape.template) && is_same_set(&group.subnet_ids, &shape.subnet_ids);
    if !is_set {
        return Action::Want(group.desired);
    }
    let size = shape.size as usize;
    let fitting = machines.iter().filter(|machine| machine.fits).collect::<Vec<_>>();
    let surplus = fitting.len().saturating_sub(size);
    let returning: Vec<String> = fitting.into_iter().skip(surplus).filter_map(Machine::draining_arn).collect();
    if !returning.is_empty() {
        return Action::Keep(returning);
    }
    if let Some(odd) = machines.iter().find(|machine| !machine.fits) {
        let others = machines.iter().filter(|it| it.takes_tasks() && it.instance_id != odd.instance_id).count();
        return match others >= size {
            true => take_out(&[odd]),
            false if (group.desired as usize) < size + 1 => Action::Want(shape.size + 1),
            false => Action::Wait(format!("a new instance joins, before {} goes", odd.instance_id)),
        };
    }
    let standing = machines.len();
    if group.desired as usize != standing.max(size) {
        return Action::Want(u32::try_from(standing).unwrap_or(u32::MAX).max(shape.size));
    }
    if standing > size {
        return take_out(&machines.iter().take(surplus).collect::<Vec<_>>());
    }
    let joined = machines.iter().filter(|machine| machine.takes_tasks()).count();
    match joined < size || group.leaving > 0 {
        true if joined < size => Action::Wait(format!("{joined} of {size} instances have joined the cluster")),
        true => Action::Wait(format!("instances leaving: {}", group.leaving)),
        false => Action::Done,
    }
}

/// Drains first; what drains is removed when nothing runs on it.
fn take_out(machines: &[&Machine]) -> Action {
    let joined = machines.iter().filter_map(|machine| machine.joined.as_ref());
    let undrained: Vec<_> = joined.filter(|joined| !joined.is_draining).map(|joined| joined.arn.clone()).collect();
    if !undrained.is_empty() {
        return Action::Drain(undrained);
    }
    let idle: Vec<_> = machines.iter().filter(|machine| machine.tasks() == 0).collect();
    if !idle.is_empty() {
        return Action::Remove(idle.into_iter().map(|machine| machine.instance_id.clone()).collect());
    }
    let tasks: u32 = machines.iter().map(|machine| machine.tasks()).sum();
    Action::Wait(format!("tasks moving away: {tasks}"))
}

fn is_same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|id| other.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(version: &str, size: u32) -> Shape {
        let template = Template { id: "lt-1".into(), version: version.into() };
        Shape { template, subnet_ids: vec!["subnet-1".into()], size }
    }

    fn group(shape: &Shape, desired: u32) -> Group {
        Group {
            template: Some(shape.template.clone()),
            subnet_ids: shape.subnet_ids.clone(),
            desired,
            members: vec![],
            leaving: 0,
            tags: vec![],
            going: false,
        }
    }

    fn machine(id: &str, fits: bool, is_draining: bool, tasks: u32) -> Machine {
        let (arn, instance_id) = (format!("arn-{id}"), id.to_owned());
        let joined = ContainerInstance { arn, instance_id, is_active: !is_draining, is_draining, tasks };
        Machine { instance_id: id.to_owned(), fits, joined: Some(joined) }
    }

    #[test]
    fn an_old_instance_goes_only_when_a_new_one_has_taken_its_place() {
        let shape = shape("2", 1);
        let old = || machine("i-old", false, false, 1);
        assert_eq!(next(&group(&shape, 1), &shape, &[old()]), Action::Want(2));
        let waits = next(&group(&shape, 2), &shape, &[old()]);
        assert!(matches!(waits, Action::Wait(_)), "{waits:?}");
        let both = [old(), machine("i-new", true, false, 0)];
        assert_eq!(next(&group(&shape, 2), &shape, &both), Action::Drain(vec!["arn-i-old".into()]));
        let waits = next(&group(&shape, 2), &shape, &[machine("i-old", false, true, 1), both[1].clone()]);
        assert_eq!(waits, Action::Wait("tasks moving away: 1".into()));
        let idle = [machine("i-old", false, true, 0), both[1].clone()];
        assert_eq!(next(&group(&shape, 2), &shape, &idle), Action::Remove(vec!["i-old".into()]));
        assert_eq!(next(&group(&shape, 1), &shape, &both[1..]), Action::Done);
    }

    #[test]
    fn surplus_instances_are_drained_together_and_growth_is_asked_for_at_once() {
        let shape = shape("1", 1);
        let three = ["i-1", "i-2", "i-3"].map(|id| machine(id, true, false, 0));
        let drained = next(&group(&shape, 3), &shape, &three);
        assert_eq!(drained, Action::Drain(vec!["arn-i-1".into(), "arn-i-2".into()]));
        let larger = Shape { size: 5, ..shape };
        assert_eq!(next(&group(&larger, 3), &larger, &three), Action::Want(5));
    }

    #[test]
    fn an_undo_lets_instances_that_drain_take_tasks_again() {
        let shape = shape("1", 2);
        let two = [machine("i-1", true, true, 1), machine("i-2", true, false, 1)];
        assert_eq!(next(&group(&shape, 2), &shape, &two), Action::Keep(vec!["arn-i-1".into()]));
    }

    #[test]
    fn a_group_of_another_template_is_changed_before_anything_goes() {
        let (before, after) = (shape("1", 2), shape("2", 2));
        assert_eq!(next(&group(&before, 2), &after, &[machine("i-1", false, false, 0)]), Action::Want(2));
    }

    #[test]
    fn a_cluster_of_no_instances_loses_its_last_one() {
        let shape = shape("1", 0);
        let last = [machine("i-1", true, true, 0)];
        assert_eq!(next(&group(&shape, 1), &shape, &last), Action::Remove(vec!["i-1".into()]));
        assert_eq!(next(&group(&shape, 0), &shape, &[]), Action::Done);
    }
}
