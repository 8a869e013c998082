//! What can be typed. Doc comments are the help.

use bcn::client::Token;
use bcn::request::{DistrictChange, NewDistrict, one_of};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::names::DistrictName;
use shared::operation::OnFailure;

use crate::app::AppCommand;
use crate::operation::OpCommand;
use crate::print::paint::{Stream, Tone, paint};

const EXIT_STATUS: &str = "\
Exit status:
  0    done; an operation that was watched has succeeded
  1    the operation failed, or the request was refused or not answered
  2    wrong use
  3    the operation was cancelled or superseded, or you said no
  4    the operation is stuck: a person is needed
  130  Ctrl-C ended the watching; the operation goes on

Every command that changes something starts an operation and watches it to its end.
Ctrl-C stops watching only; `bcn op cancel` stops the operation.";

/// Run applications on AWS ECS with Barcelona.
#[derive(Debug, Parser)]
#[command(name = "bcn", version, after_help = EXIT_STATUS, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Bcn {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What was typed. Who stops in the middle of a command gets the help of what was begun.
pub(crate) fn typed() -> Bcn {
    Bcn::try_parse().unwrap_or_else(|error| match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let with_help = std::env::args_os().chain(["--help".into()]);
            let help = Bcn::try_parse_from(with_help).err().unwrap_or(error);
            eprint!("{}", help.render());
            std::process::exit(2)
        }
        _other => error.exit(),
    })
}

/// Ends as clap ends when something is missing.
pub(crate) fn misuse(message: &str) -> ! {
    eprintln!("{} {message}\n\nFor more information, try '--help'.", paint("error:", Tone::Bad, Stream::Err));
    std::process::exit(2)
}

/// The address of an API.
fn endpoint(text: &str) -> Result<String, &'static str> {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.map(|_| text.to_owned()).ok_or("write http://HOST:PORT or https://HOST")
}

/// Where Barcelona is, and how to print.
#[derive(Debug, Args)]
pub(crate) struct Connection {
    /// Where Barcelona's API is.
    #[arg(
        long,
        env = "BARCELONA_ENDPOINT",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL",
        value_parser = endpoint,
        global = true,
        help_heading = "Connection"
    )]
    pub(crate) endpoint: String,
    /// Token to show to the API.
    #[arg(long, env = "BARCELONA_TOKEN", hide_env_values = true, global = true, help_heading = "Connection")]
    pub(crate) token: Option<Token>,
    /// How to print results; progress goes to stderr in any case.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT", global = true, help_heading = "Output")]
    pub(crate) output: Output,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON document on stdout, as the API sent it
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Districts: a VPC and an ECS cluster each
    District {
        #[command(subcommand)]
        command: DistrictCommand,
    },
    /// Applications ("heritages"): an image and its services
    #[command(visible_alias = "heritage")]
    App {
        #[command(subcommand)]
        command: AppCommand,
    },
    /// Operations: changes that are under way or have ended
    #[command(visible_alias = "operation")]
    Op {
        #[command(subcommand)]
        command: OpCommand,
    },
}

/// What to do with districts.
#[derive(Debug, Subcommand)]
pub(crate) enum DistrictCommand {
    /// Make a district
    Create {
        #[command(flatten)]
        request: Box<NewDistrict>,
        #[command(flatten)]
        sending: Sending,
    },
    /// List districts
    #[command(visible_alias = "ls")]
    List,
    /// Show a district
    Show {
        /// Name of the district.
        name: DistrictName,
    },
    /// Change a district; what is not given keeps its value
    Update {
        /// Name of the district.
        name: DistrictName,
        #[command(flatten)]
        request: DistrictChange,
        #[command(flatten)]
        sending: Sending,
    },
    /// Remove a district and everything that was made for it
    Delete {
        /// Name of the district.
        name: DistrictName,
        /// Remove its applications first.
        #[arg(long)]
        cascade: bool,
        /// Remove records that others put into its private DNS zone, too.
        #[arg(long)]
        force: bool,
        /// Keep the log groups of its applications.
        #[arg(long, requires = "cascade")]
        keep_logs: bool,
        #[command(flatten)]
        removal: Removal,
    },
}

/// How a change is sent, and whether it is watched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Operation")]
pub(crate) struct Sending {
    /// Print the operation's id and do not watch it.
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) detach: bool,
    /// Change nothing; print what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Key under which a resend of the same request is the same operation; drawn when not given.
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// What happens when a step fails for good: take everything back, or leave it for `bcn op retry`.
    #[arg(long, value_parser = one_of::<OnFailure>())]
    pub(crate) on_failure: Option<OnFailure>,
}

/// How a removal is sent, and whether it asks first.
#[derive(Debug, Args)]
pub(crate) struct Removal {
    /// Do not ask. Without a terminal nothing is asked in any case.
    #[arg(long, short, help_heading = "Operation")]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_options_fit_together() {
        Bcn::command().debug_assert();
    }
}
