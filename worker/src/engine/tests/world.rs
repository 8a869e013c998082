//! A world in memory: things that steps make, and everything that can go wrong with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use shared::district::DistrictIds;
use shared::ids::OperationId;
use shared::problem::{Code, Problem};
use shared::resource::{Condition, Lifecycle};
use shared::store::RecordChange;
use tokio::time::Instant;

use crate::engine::{Class, Context, Ending, Failure, Found, Plan, Planned, Ready, Resource, Run, Wait, Workflow};

/// What goes wrong with one thing.
#[derive(Clone, Default)]
pub(super) struct Trouble {
    /// Its creation is refused so, one after the other.
    pub refused: Vec<Class>,
    /// It is made, but the answer never comes.
    pub hangs: bool,
    /// It is made, but the answer is lost, once.
    pub loses_answer: bool,
    /// Its creation panics.
    pub panics: bool,
    /// How long its creation takes.
    pub slow: Duration,
    /// How long reads do not show it.
    pub hidden: Duration,
    /// How long reads still show it after its deletion.
    pub lingers: Duration,
    /// How long until it is ready.
    pub unready: Duration,
    /// Its deletion is refused so, one after the other.
    pub kept: Vec<Class>,
}

struct Thing {
    name: &'static str,
    owner: OperationId,
    id: String,
    made: Instant,
    gone: Option<Instant>,
    /// Whether other operations see it in the place of their own.
    is_earlier: bool,
}

#[derive(Default)]
struct State {
    /// All that were ever made.
    things: Vec<Thing>,
    troubles: HashMap<&'static str, Trouble>,
    calls: Vec<String>,
    drawn: u32,
}

/// The world. Clones are the same world.
#[derive(Clone, Default)]
pub(super) struct World(Arc<Mutex<State>>);

impl World {
    pub(super) fn with(self, name: &'static str, trouble: Trouble) -> Self {
        self.state().troubles.insert(name, trouble);
        self
    }

    /// Ends the trouble with a thing.
    pub(super) fn calm(&self, name: &'static str) {
        self.state().troubles.remove(name);
    }

    /// What stands, in the order of creation.
    pub(super) fn standing(&self) -> Vec<&'static str> {
        self.state().things.iter().filter(|thing| thing.gone.is_none()).map(|thing| thing.name).collect()
    }

    /// Puts a thing there that this operation made and does not know of.
    pub(super) fn put(&self, name: &'static str, owner: &OperationId) {
        self.state().create(name, owner).unwrap();
    }

    /// Puts a thing there that stood before any operation.
    pub(super) fn put_earlier(&self, name: &'static str) {
        self.put(name, &OperationId::draw());
        self.state().things.iter_mut().filter(|it| it.name == name).for_each(|it| it.is_earlier = true);
    }

    /// Somebody else deletes it.
    pub(super) fn remove(&self, name: &'static str) {
        self.state().things.iter_mut().filter(|it| it.name == name).for_each(|it| it.gone = Some(Instant::now()));
    }

    /// `create a`, `delete a`, in their order.
    pub(super) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn trouble(&self, name: &str) -> Trouble {
        self.state().troubles.get(name).cloned().unwrap_or_default()
    }

    /// Waits until a call was made.
    pub(super) async fn called(&self, call: &str) {
        while !self.calls().iter().any(|made| made == call) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl State {
    fn draw(&mut self, name: &str) -> String {
        self.drawn += 1;
        format!("{name}-{}", self.drawn)
    }

    fn create(&mut self, name: &'static str, owner: &OperationId) -> Result<String, Failure> {
        let id = self.draw(name);
        let trouble = self.troubles.entry(name).or_default();
        if !trouble.refused.is_empty() {
            return Err(refusal(trouble.refused.remove(0), name));
        }
        let is_lost = std::mem::take(&mut trouble.loses_answer);
        self.things.push(Thing {
            name,
            owner: owner.clone(),
            id: id.clone(),
            made: Instant::now(),
            gone: None,
            is_earlier: false,
        });
        if is_lost { Err(refusal(Class::Transient, name)) } else { Ok(id) }
    }
}

fn refusal(class: Class, what: &str) -> Failure {
    Failure::new(class, Problem::new(Code::AwsRefused, format!("{what} was refused")))
}

/// What toy steps work with.
pub(super) struct Toy {
    pub run: Run,
    pub world: World,
    pub plan: Vec<(&'static str, &'static [&'static str])>,
}

impl Context for Toy {
    fn run(&self) -> &Run {
        &self.run
    }
}

/// Makes the thing of this name.
pub(super) struct Make(pub &'static str);

impl Resource for Make {
    type Cx = Toy;
    type Output = String;
    const NAME: &'static str = "make";
    const LIMIT: Duration = Duration::from_secs(2);

    fn of(&self) -> Option<&str> {
        Some(self.0)
    }

    fn ids(output: &String) -> Vec<String> {
        vec![output.clone()]
    }

    async fn find(&self, cx: &Toy) -> Result<Found<String>, Failure> {
        let Trouble { hidden, lingers, .. } = cx.world.trouble(self.0);
        let state = cx.world.state();
        let is_shown = |it: &&Thing| {
            let is_gone = it.gone.is_some_and(|gone| gone.elapsed() >= lingers);
            it.name == self.0 && it.made.elapsed() >= hidden && !is_gone
        };
        let (ours, others): (Vec<_>, Vec<_>) =
            state.things.iter().filter(is_shown).partition(|it| it.owner == *cx.run.operation());
        let mut ids = ours.iter().map(|it| it.id.clone()).peekable();
        Ok(match (ids.peek().is_some(), others.iter().find(|it| it.is_earlier)) {
            (true, _) => Found::Ours(ids.collect()),
            (false, Some(earlier)) => Found::Earlier(earlier.id.clone()),
            (false, None) => Found::Absent,
        })
    }

    async fn create(&self, cx: &Toy) -> Result<String, Failure> {
        let trouble = cx.world.trouble(self.0);
        cx.world.state().calls.push(format!("create {}", self.0));
        tokio::time::sleep(trouble.slow).await;
        assert!(!trouble.panics, "the creation of {} panics as it was told to", self.0);
        let id = cx.world.state().create(self.0, cx.run.operation())?;
        if trouble.hangs {
            std::future::pending::<()>().await;
        }
        Ok(id)
    }

    async fn ready(&self, cx: &Toy, id: &String) -> Result<Ready, Failure> {
        let unready = cx.world.trouble(self.0).unready;
        let state = cx.world.state();
        let thing = state.things.iter().find(|it| it.id == *id);
        Ok(match thing {
            Some(thing) if thing.made.elapsed() >= unready => Ready::Yes,
            Some(_) | None => Ready::NotYet(Wait::for_aws(format!("{} is not ready", self.0)).progress(1, 2, "parts")),
        })
    }

    async fn delete(&self, cx: &Toy, id: String) -> Result<(), Failure> {
        let mut state = cx.world.state();
        state.calls.push(format!("delete {}", self.0));
        let remaining = &mut state.troubles.entry(self.0).or_default().kept;
        if !remaining.is_empty() {
            return Err(refusal(remaining.remove(0), self.0));
        }
        state.things.iter_mut().filter(|it| it.id == id).for_each(|it| it.gone = Some(Instant::now()));
        Ok(())
    }
}

fn plan(cx: &Toy) -> Plan<Toy> {
    let (mut plan, mut places) = (Plan::new(), HashMap::<&str, Planned>::new());
    for (name, after) in &cx.plan {
        let after: Vec<_> = after.iter().map(|before| places[before]).collect();
        places.insert(name, plan.add(Make(name), &after));
    }
    plan
}

fn record(cx: &Toy, ending: &Ending) -> RecordChange {
    let state = match ending {
        Ending::Succeeded => Lifecycle::Active,
        Ending::TakenBack(_) => return RecordChange::DistrictRemoved,
        Ending::Left(_) => Lifecycle::Failed,
    };
    let (kind, reason, message) = ("LastChange".to_owned(), "Tested".to_owned(), String::new());
    let condition = Condition { kind, status: true, reason, message, operation: None, at: cx.run.now() };
    RecordChange::District { state, spec: None, ids: Some(DistrictIds::default()), condition }
}

/// Makes what the context plans, and takes it back.
pub(super) struct Making;

impl Workflow for Making {
    type Cx = Toy;

    fn plan(&self, cx: &Toy) -> Plan<Toy> {
        plan(cx)
    }

    fn record(&self, cx: &Toy, ending: &Ending) -> RecordChange {
        record(cx, ending)
    }

    fn result(&self, cx: &Toy) -> Option<Value> {
        Some(json!({ "made": cx.world.standing().len() }))
    }
}

/// The same, as deletions are: without undo.
pub(super) struct OneWay;

impl Workflow for OneWay {
    type Cx = Toy;
    const UNDO: bool = false;

    fn plan(&self, cx: &Toy) -> Plan<Toy> {
        plan(cx)
    }

    fn record(&self, cx: &Toy, ending: &Ending) -> RecordChange {
        record(cx, ending)
    }

    fn result(&self, _: &Toy) -> Option<Value> {
        None
    }
}
