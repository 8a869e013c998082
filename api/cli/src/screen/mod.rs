//! A watch as it is shown, always on stderr: live on a terminal, line by line elsewhere.

mod line;
mod live;
mod plain;

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use bcn::fold::fold;
use shared::journal::{Entry, Event};
use shared::operation::{Operation, Reason, State};
use shared::time::Timestamp;

use self::line::Line;
use self::live::Live;
use shared::narrate::{self, target};

/// A watch as it is shown.
pub(crate) struct Screen {
    view: View,
    watched: Option<Watched>,
    /// The newest entry that nothing is said about.
    after: u64,
    is_cut: bool,
}

enum View {
    Plain,
    Live(Live),
}

/// What is known of the watched operation.
struct Watched {
    operation: Operation,
    /// When this attempt was accepted: elapsed time counts from here.
    since: Timestamp,
    /// What was last said of each step.
    notes: HashMap<String, String>,
    /// Width of the longest step's name.
    width: usize,
}

impl Screen {
    /// A screen on stderr, which says nothing about entries up to `after`.
    pub(crate) fn open(after: u64) -> Self {
        let view = if std::io::stderr().is_terminal() { View::Live(Live::new()) } else { View::Plain };
        Screen { view, watched: None, after, is_cut: false }
    }

    /// The operation as it is now.
    pub(crate) fn begin(&mut self, operation: Operation) {
        self.is_cut = false;
        if self.watched.is_none() {
            self.print(&plain::title(&operation));
        }
        let width = operation.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
        let since = operation.created_at;
        let watched = self.watched.insert(Watched { operation, since, notes: HashMap::new(), width });
        if let View::Live(live) = &mut self.view {
            live.update(watched);
        }
    }

    /// One more entry of its journal.
    pub(crate) fn show(&mut self, entry: &Entry) {
        self.is_cut = false;
        let Some(watched) = &mut self.watched else { return };
        if entry.attempt < watched.operation.attempt {
            return;
        }
        if let Event::Accepted { .. } = entry.event {
            watched.since = entry.at;
        }
        fold(&mut watched.operation, entry);
        let line = Line::of(entry).filter(|line| watched.is_news(line) || !line.is_passing);
        let line = line.filter(|_| entry.seq > self.after);
        let text = line.as_ref().map(|line| line.text(entry.at.since(watched.since), watched.width));
        let is_passing = line.is_some_and(|line| line.is_passing);
        match (&mut self.view, text) {
            (View::Plain, text) => text.iter().for_each(|text| eprintln!("{text}")),
            (View::Live(live), text) => {
                text.iter().filter(|_| !is_passing).for_each(|text| live.print(text));
                live.update(watched);
            }
        }
    }

    /// The connection was cut, and is made again after `pause`.
    pub(crate) fn cut(&mut self, pause: Duration) {
        if !std::mem::replace(&mut self.is_cut, true) {
            let pause = narrate::span(pause);
            self.print(&format!("The connection was cut; the operation goes on. Trying again in {pause}."));
        }
    }

    /// Leaves the terminal as it was.
    pub(crate) fn close(&mut self) {
        if let View::Live(live) = &mut self.view {
            live.close();
        }
    }

    fn print(&self, text: &str) {
        match &self.view {
            View::Plain => eprintln!("{text}"),
            View::Live(live) => live.print(text),
        }
    }
}

impl Watched {
    /// Remembers what a line says of its step; whether that is new.
    fn is_news(&mut self, line: &Line) -> bool {
        let Some(step) = &line.step else { return true };
        self.notes.insert(step.clone(), line.message.clone()).is_none_or(|before| before != line.message)
    }

    /// Where the operation stands, in a few words.
    fn standing(&self) -> String {
        let Operation { state, reason, steps, undo, .. } = &self.operation;
        let ended = steps.iter().filter(|step| step.finished_at.is_some()).count();
        let waits = match (state, reason) {
            (State::Queued, Some(Reason::Lock)) => "queued behind an earlier operation".to_owned(),
            (State::Waiting, Some(reason)) => waits_for(*reason).to_owned(),
            (state, _) => state.to_string(),
        };
        match undo {
            Some(undo) => format!("undoing, {} of {} steps taken back", undo.done, undo.total),
            None => format!("{waits}, {ended} of {} steps", steps.len()),
        }
    }

    fn title(&self) -> String {
        format!("{} {}", self.operation.kind, target(&self.operation.target))
    }
}

fn waits_for(reason: Reason) -> &'static str {
    match reason {
        Reason::Lock => "waiting for an earlier operation",
        Reason::Aws => "waiting for AWS",
        Reason::Backoff => "waiting before another try",
        Reason::Throttled => "waiting, AWS throttles",
        Reason::Children => "waiting for other operations",
        Reason::Approval => "waiting for approval",
        Reason::Scheduled => "waiting for its time",
    }
}
