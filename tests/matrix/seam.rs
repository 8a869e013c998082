//! What the two seams, AWS's transport and Redis' connection, share: what was met so far, and what is to go wrong where.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use tokio::sync::{Notify, watch};

use crate::point::{Fault, Point, Side, Trouble};

/// Does what a fault asks for outside of the seams: cancels, restarts Redis.
pub(crate) type Act = Arc<dyn Fn(Trouble) -> BoxFuture<'static, ()> + Send + Sync>;

/// The seams of one bench.
pub(crate) struct Seam {
    state: Mutex<State>,
    killed: Notify,
    /// Rises with every worker that is gone: what it left hanging is let go.
    pub(crate) worker: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    kind: String,
    back: bool,
    met: Vec<Point>,
    known: BTreeSet<Point>,
    fault: Option<Fault>,
    hits: u32,
    refused_step: Option<String>,
    act: Option<Act>,
    redis_busy: usize,
    news: u64,
    asked: HashMap<u64, u64>,
}

impl Seam {
    pub(crate) fn new() -> Arc<Seam> {
        Arc::new(Seam { state: Mutex::default(), killed: Notify::new(), worker: watch::channel(0).0 })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the case before; `refused` is a step whose every call is refused, so that all before it is taken back.
    pub(crate) fn begin(&self, fault: Option<Fault>, refused: Option<String>, act: Act) {
        *self.state() = State { fault, refused_step: refused, act: Some(act), ..State::default() };
        self.let_go();
    }

    /// Nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        let mut state = self.state();
        (state.fault, state.refused_step) = (None, None);
    }

    /// What a worker does from now on belongs to an operation of this kind.
    pub(crate) fn runs(&self, kind: &str, back: bool) {
        let mut state = self.state();
        kind.clone_into(&mut state.kind);
        state.back = back;
    }

    pub(crate) fn kind(&self) -> String {
        self.state().kind.clone()
    }

    pub(crate) fn is_back(&self) -> bool {
        self.state().back
    }

    pub(crate) fn goes_back(&self) {
        self.state().back = true;
    }

    /// Whether every call of this step is refused.
    pub(crate) fn is_refused(&self, step: &str) -> bool {
        let state = self.state();
        !state.back && state.refused_step.as_deref() == Some(step)
    }

    /// Points that were met, in the order in which they were first.
    pub(crate) fn met(&self) -> Vec<Point> {
        self.state().met.clone()
    }

    /// How often the fault struck.
    pub(crate) fn hits(&self) -> u32 {
        self.state().hits
    }

    /// Remembers the points, and tells what goes wrong here.
    pub(crate) fn meet(&self, points: &[Point], side: Side) -> Option<Trouble> {
        let mut state = self.state();
        for point in points {
            if state.known.insert(point.clone()) {
                state.met.push(point.clone());
            }
        }
        let fault = state.fault.as_ref()?;
        let strikes = fault.side == side && state.hits < fault.times && points.contains(&fault.point);
        let trouble = strikes.then_some(fault.trouble)?;
        state.hits += 1;
        Some(trouble)
    }

    /// Cancels, or restarts Redis.
    pub(crate) async fn act(&self, trouble: Trouble) {
        let act = self.state().act.clone();
        if let Some(act) = act {
            act(trouble).await;
        }
    }

    /// The worker is to be aborted where it stands: this never returns to it.
    pub(crate) async fn kill(&self) {
        let mut gone = self.worker.subscribe();
        gone.mark_unchanged();
        self.killed.notify_one();
        gone.changed().await.ok();
    }

    /// Waits until the worker is to be aborted.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// The worker is gone.
    pub(crate) fn let_go(&self) {
        self.worker.send_modify(|worker| *worker += 1);
    }

    /// A command of a worker is under way to Redis, or no longer.
    pub(crate) fn redis_is_busy(&self, is_busy: bool) {
        let mut state = self.state();
        state.redis_busy = if is_busy { state.redis_busy + 1 } else { state.redis_busy.saturating_sub(1) };
        state.news += u64::from(is_busy);
    }

    /// Whether a read was asked before and nothing has happened since; remembers that it was asked.
    pub(crate) fn asked_again(&self, read: u64) -> Option<u64> {
        let mut state = self.state();
        let news = state.news;
        match state.asked.insert(read, news) {
            Some(before) if before == news => Some(news),
            Some(_) => None,
            None => {
                state.news += 1;
                let news = state.news;
                state.asked.insert(read, news);
                None
            }
        }
    }

    /// Something happened.
    pub(crate) fn news(&self) {
        self.state().news += 1;
    }

    /// Whether nothing is under way and nothing has happened since.
    pub(crate) fn is_quiet_since(&self, news: u64) -> bool {
        let state = self.state();
        state.redis_busy == 0 && state.news == news
    }
}
