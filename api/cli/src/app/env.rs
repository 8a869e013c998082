//! `bcn app env …`

use anyhow::Result;
use bcn::Change;
use bcn::view::AppDocument;
use clap::Subcommand;
use serde_json::Value;

use super::options::App;
use crate::exit::Ending;
use crate::options::Sending;
use crate::print;
use crate::session::Session;

/// What to do with environment variables.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// List environment variables; values of secrets are not shown
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        app: App,
    },
    /// Set environment variables, and roll all services out with them
    Set {
        #[command(flatten)]
        app: App,
        /// Variables; K alone takes the value from bcn's own environment, which keeps it out of the shell's history.
        #[arg(value_name = "K=V", required = true)]
        pairs: Vec<Pair>,
        /// The values are secrets: kept encrypted, and never shown again.
        #[arg(long)]
        secret: bool,
        #[command(flatten)]
        sending: Sending,
    },
    /// Unset environment variables, and roll all services out without them
    Unset {
        #[command(flatten)]
        app: App,
        /// Names of variables.
        #[arg(value_name = "K", required = true)]
        keys: Vec<String>,
        #[command(flatten)]
        sending: Sending,
    },
}

/// Does what was typed.
pub(super) async fn run(session: &Session, command: EnvCommand) -> Result<Ending> {
    match command {
        EnvCommand::List { app } => {
            let path = bcn::change::AppPath::from(app).to_string();
            let text = |document: &AppDocument| print::app::variables(&document.heritage);
            session.show(&path, &[], text).await
        }
        EnvCommand::Set { app, pairs, secret, sending } => {
            let vars = pairs.iter().map(Pair::entry).collect();
            session.send(Change::set_env(&app.into(), vars, secret), &sending).await
        }
        EnvCommand::Unset { app, keys, sending } => session.send(Change::unset_env(&app.into(), &keys), &sending).await,
    }
}

/// One variable with its value, which may be a secret: it prints as its name.
#[derive(Clone)]
pub(crate) struct Pair {
    name: String,
    value: String,
}

impl Pair {
    /// Name and value, as a field of a body.
    pub(super) fn entry(&self) -> (String, Value) {
        (self.name.clone(), Value::from(self.value.as_str()))
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}=***", self.name)
    }
}

/// Why a text is not a variable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAPair {
    /// There is no name before the `=`.
    #[error("write K=V; K must not be empty")]
    NoName,
    /// A name alone, and nothing to take its value from.
    #[error("{0} is not set in bcn's environment; write {0}=VALUE")]
    NotSet(String),
}

impl std::str::FromStr for Pair {
    type Err = NotAPair;

    fn from_str(text: &str) -> Result<Self, NotAPair> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (text, std::env::var(text).map_err(|_| NotAPair::NotSet(text.to_owned()))?),
        };
        if name.is_empty() {
            return Err(NotAPair::NoName);
        }
        Ok(Pair { name: name.to_owned(), value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_be_empty_hold_equals_signs_or_come_from_the_environment() {
        let entry = |text: &str| text.parse::<Pair>().unwrap().entry();
        assert_eq!(entry("A="), ("A".to_owned(), Value::from("")));
        assert_eq!(entry("URL=a=b"), ("URL".to_owned(), Value::from("a=b")));
        assert_eq!(entry("CARGO_PKG_NAME"), ("CARGO_PKG_NAME".to_owned(), Value::from("bcn")));
        assert!("=v".parse::<Pair>().is_err());
        assert!("BCN_HAS_NO_SUCH_VARIABLE".parse::<Pair>().is_err());
        assert_eq!(format!("{:?}", "A=secret".parse::<Pair>().unwrap()), "A=***");
    }
}
