//! Looking for what is left when an operation stops half-way, so that its residue tells what stands and not what was noted.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::Instant;

use super::current::{CurrentStep, as_step};
use super::retry::{Decision, Trouble, decide};
use super::workflow::Node;
use super::{Context, Run};

/// How long a look may be refused in ways that pass.
const LIMIT: Duration = Duration::from_secs(120);

/// What stands of each of these steps; `None` where nothing but what was noted is known.
pub(super) async fn survey<Cx: Context>(run: &Run, cx: &Arc<Cx>, nodes: &[&Node<Cx>]) -> Vec<Option<Vec<String>>> {
    if nodes.is_empty() {
        return vec![];
    }
    // Reads may be older than what was removed last.
    tokio::time::sleep(run.timings().settle).await;
    futures::future::join_all(nodes.iter().map(|node| look(run, cx, node))).await
}

async fn look<Cx: Context>(run: &Run, cx: &Arc<Cx>, node: &Node<Cx>) -> Option<Vec<String>> {
    let (begun, mut before) = (Instant::now(), 0);
    loop {
        let current = CurrentStep { label: node.label.clone(), run: run.clone() };
        let left = AssertUnwindSafe(as_step(current, node.step.clone().left(Arc::clone(cx)))).catch_unwind().await;
        let failure = match left {
            Ok(Ok(left)) => return left,
            Ok(Err(failure)) => failure,
            Err(_) => {
                tracing::error!(step = node.label, "looking for what is left panicked");
                return None;
            }
        };
        let trouble = Trouble { class: failure.class, before, lasting: begun.elapsed(), limit: LIMIT };
        match decide(trouble, run.timings(), rand::random()) {
            Decision::Again(after) => tokio::time::sleep(after).await,
            Decision::GiveUp => {
                tracing::warn!(step = node.label, error = %failure, "what is left of the step cannot be looked for");
                return None;
            }
        }
        before += 1;
    }
}
