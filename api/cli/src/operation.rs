//! `bcn op …`

use anyhow::Result;
use bcn::Change;
use bcn::request::one_of;
use bcn::view::{OperationDocument, OperationList};
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName};
use shared::operation::{Kind, State};
use shared::problem::Code;

use crate::exit::Ending;
use crate::print;
use crate::session::Session;

/// Operations that are asked for at once.
const PAGE: usize = 200;

/// A page as it came: what this version does not know of an operation is passed on to programs all the same.
#[derive(Debug, Deserialize)]
struct Listed {
    operations: Vec<Value>,
    next: Option<String>,
}

/// What to do with operations.
#[derive(Debug, Subcommand)]
pub(crate) enum OpCommand {
    /// List operations, newest first
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        filter: Filter,
    },
    /// Show an operation with its steps
    Show {
        /// Id of the operation.
        id: OperationId,
    },
    /// Watch an operation to its end; its outcome is the exit status
    Watch {
        /// Id of the operation.
        id: OperationId,
    },
    /// Stop an operation at the next safe point and take back what it did
    ///
    /// Succeeds when the operation ended cancelled.
    Cancel {
        #[command(flatten)]
        steered: Steered,
    },
    /// Go on with an operation that failed, was cancelled or is stuck; what stands is kept
    Retry {
        #[command(flatten)]
        steered: Steered,
    },
    /// Give a stuck operation up for good: lists what it left on AWS; it can not be retried then
    ///
    /// Deleting the district or the application removes what is left.
    Abandon {
        /// Id of the operation.
        id: OperationId,
        /// Why; kept in its journal.
        #[arg(long)]
        reason: Option<String>,
    },
}

/// An operation that is steered, and whether it is watched then.
#[derive(Debug, Args)]
pub(crate) struct Steered {
    /// Id of the operation.
    id: OperationId,
    /// Do not watch.
    #[arg(long, short)]
    detach: bool,
}

/// Which operations to list; all that is given must match.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// In one of these states; separate with commas.
    #[arg(long, value_delimiter = ',', value_parser = one_of::<State>())]
    state: Vec<State>,
    /// Only those that need a person: the same as --state stuck.
    #[arg(long, conflicts_with = "state")]
    stuck: bool,
    /// Ended with an error of one of these codes, such as quarantined; separate with commas.
    #[arg(long, value_delimiter = ',', value_parser = one_of::<Code>())]
    code: Vec<Code>,
    /// Of one of these kinds; separate with commas.
    #[arg(long, value_delimiter = ',', value_parser = one_of::<Kind>())]
    kind: Vec<Kind>,
    /// On this district or an application in it.
    #[arg(long)]
    district: Option<DistrictName>,
    /// On this application.
    #[arg(long)]
    app: Option<HeritageName>,
    /// How many to list at most; read page by page.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

impl Filter {
    /// Parameters of the page after `cursor`, of which so many are wanted.
    fn query(&self, limit: usize, cursor: Option<String>) -> Vec<(&'static str, String)> {
        let list = |words: Vec<String>| (!words.is_empty()).then(|| words.join(","));
        let states = if self.stuck { vec![State::Stuck] } else { self.state.clone() };
        let parameters = [
            ("state", list(states.iter().map(State::to_string).collect())),
            ("code", list(self.code.iter().map(Code::to_string).collect())),
            ("kind", list(self.kind.iter().map(Kind::to_string).collect())),
            ("district", self.district.as_ref().map(DistrictName::to_string)),
            ("heritage", self.app.as_ref().map(HeritageName::to_string)),
            ("limit", Some(limit.min(PAGE).to_string())),
            ("cursor", cursor),
        ];
        parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Lists page by page, as one list.
async fn list(session: &Session, filter: &Filter) -> Result<Ending> {
    let limit = usize::try_from(filter.limit)?;
    let (mut operations, mut next) = (vec![], None);
    loop {
        let query = filter.query(limit - operations.len(), next);
        let page: Listed = session.read("/v1/operations", &query).await?;
        operations.extend(page.operations);
        next = page.next;
        if next.is_none() || operations.len() >= limit {
            break;
        }
    }
    let document = json!({"operations": operations, "next": next});
    let list = OperationList::deserialize(&document)?;
    session.print(&document, || print::operation::table(&list.operations, list.next.is_some()))?;
    Ok(Ending::Done)
}

/// Does what was typed.
pub(crate) async fn run(session: &Session, command: OpCommand) -> Result<Ending> {
    match command {
        OpCommand::List { filter } => list(session, &filter).await,
        OpCommand::Show { id } => {
            let text = |document: &OperationDocument| print::operation::sheet(&document.operation);
            session.show(&format!("/v1/operations/{id}"), &[], text).await
        }
        OpCommand::Watch { id } => session.watch(&id, State::Succeeded).await,
        OpCommand::Cancel { steered: Steered { id, detach } } => {
            session.dispatch(&Change::cancel(&id), detach, State::Cancelled).await
        }
        OpCommand::Retry { steered: Steered { id, detach } } => {
            session.dispatch(&Change::retry(&id), detach, State::Succeeded).await
        }
        OpCommand::Abandon { id, reason } => {
            session.dispatch(&Change::abandon(&id, reason.as_deref()), false, State::Failed).await
        }
    }
}
