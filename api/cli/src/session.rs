//! One run of `bcn`: its client, how it prints, and the one way in which changes are sent and watched.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use bcn::watch::Seen;
use bcn::{Change, Client, ClientError, Outcome};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::ids::OperationId;
use shared::operation::{Operation, State};

use crate::exit::Ending;
use crate::options::{Connection, Output, Removal, Sending};
use crate::print;
use crate::print::paint::Stream;
use crate::screen::Screen;

/// One run of `bcn`.
pub(crate) struct Session {
    client: Client,
    output: Output,
}

impl Session {
    /// Opens no connection yet.
    pub(crate) fn open(connection: &Connection) -> Result<Self> {
        let client = Client::new(&connection.endpoint, connection.token.clone())?;
        Ok(Session { client, output: connection.output })
    }

    /// Reads `path` and prints it.
    pub(crate) async fn show<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        text: impl FnOnce(&T) -> String,
    ) -> Result<Ending> {
        let answer = self.client.get::<T>(path, query).await?;
        self.print(&answer.document, || text(&answer.value))?;
        Ok(Ending::Done)
    }

    /// Reads `path`.
    pub(crate) async fn read<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T> {
        Ok(self.client.get::<T>(path, query).await?.value)
    }

    /// Sends a change and does with it what `sending` says.
    pub(crate) async fn send(&self, change: Change, sending: &Sending) -> Result<Ending> {
        let mut change = change;
        if sending.dry_run {
            change = change.query("dry_run", true);
        }
        if let Some(on_failure) = sending.on_failure {
            change = change.query("on_failure", on_failure);
        }
        if let Some(key) = &sending.idempotency_key {
            change = change.keyed(key);
        }
        self.dispatch(&change, sending.detach, State::Succeeded).await
    }

    /// Sends a change that was made complete; `wanted` is the state in which the operation is to end.
    pub(crate) async fn dispatch(&self, change: &Change, detach: bool, wanted: State) -> Result<Ending> {
        match self.client.send(change).await.map_err(|error| unsure(error, change))? {
            Outcome::Planned(plan) => {
                self.print(&plan.document, || print::plan::text(&plan.value.plan))?;
                Ok(if plan.value.plan.refused.is_none() { Ending::Done } else { Ending::Failed })
            }
            Outcome::Accepted(accepted) if detach => {
                self.print(&accepted.document, || accepted.value.operation.id.to_string())?;
                Ok(Ending::Done)
            }
            Outcome::Accepted(accepted) => {
                let operation = &accepted.value.operation;
                // Who cancels or gives up has seen what was done until now, or does not care.
                let after = if wanted != State::Succeeded { operation.seq } else { 0 };
                self.follow(&operation.id, wanted, after).await
            }
        }
    }

    /// Watches an operation to its end.
    pub(crate) async fn watch(&self, id: &OperationId, wanted: State) -> Result<Ending> {
        self.follow(id, wanted, 0).await
    }

    /// The same, silent about entries up to `after`.
    async fn follow(&self, id: &OperationId, wanted: State, after: u64) -> Result<Ending> {
        let mut watching = self.client.watch(id);
        let mut screen = Screen::open(after);
        loop {
            let seen = tokio::select! {
                seen = watching.next() => seen,
                _ = tokio::signal::ctrl_c() => {
                    screen.close();
                    eprintln!("Stopped watching. The operation goes on; watch it again with: bcn op watch {id}");
                    return Ok(Ending::StoppedWatching);
                }
            };
            let seen = seen.inspect_err(|_| screen.close());
            match seen.with_context(|| format!("the operation goes on; watch it again with: bcn op watch {id}"))? {
                Seen::Snapshot(operation) => screen.begin(*operation),
                Seen::Entry(entry) => screen.show(&entry),
                Seen::Cut(pause) => screen.cut(pause),
                Seen::End(answer) => {
                    screen.close();
                    return self.conclude(&answer.document, &answer.value.operation, wanted);
                }
            }
        }
    }

    fn conclude(&self, document: &Value, operation: &Operation, wanted: State) -> Result<Ending> {
        eprint!("{}", print::ending::details(operation, Stream::Err));
        self.print(document, || print::ending::outcome(operation))?;
        Ok(Ending::of(operation.state, wanted))
    }

    /// Prints a result: the API's document, or a text for people.
    pub(crate) fn print(&self, document: &Value, text: impl FnOnce() -> String) -> Result<()> {
        match self.output {
            Output::Json => print::out(&serde_json::to_string_pretty(document)?),
            Output::Text => print::out(&text()),
        }
    }

    /// Asks on a terminal whether to go on; elsewhere nobody is there to ask.
    pub(crate) fn agreed(&self, removal: &Removal, question: &str) -> Result<bool> {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if removal.yes || removal.sending.dry_run || !terminal {
            return Ok(true);
        }
        eprint!("{question} [y/N] ");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
        if !agreed {
            eprintln!("Nothing was sent.");
        }
        Ok(agreed)
    }
}

/// Without an answer nobody knows whether the change was accepted; with its key it can be sent again all the same.
fn unsure(error: ClientError, change: &Change) -> anyhow::Error {
    match error {
        ClientError::Unreachable { may_have_arrived: true, .. } => {
            let again =
                format!("it may have been accepted; sending it again is safe with --idempotency-key {}", change.key());
            anyhow::Error::new(error).context(again)
        }
        ClientError::Unreachable { may_have_arrived: false, .. }
        | ClientError::Refused(_)
        | ClientError::Unexpected { .. }
        | ClientError::Unreadable { .. } => error.into(),
    }
}
