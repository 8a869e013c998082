//! What can be typed after `bcn app`. Doc comments are the help.

use bcn::change::AppPath;
use clap::{Args, Subcommand};
use shared::names::{DistrictName, HeritageName, ServiceName};

use super::definition::Definition;
use super::env::EnvCommand;
use crate::options::{Removal, Sending};

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// Make an application in a district
    Create {
        /// Name of the application: 1 to 40 lower-case letters, digits and hyphens.
        name: HeritageName,
        /// District to make it in.
        #[arg(long)]
        district: DistrictName,
        #[command(flatten)]
        definition: Definition,
        #[command(flatten)]
        sending: Sending,
    },
    /// List applications
    #[command(visible_alias = "ls")]
    List {
        /// Only those of this district.
        #[arg(long)]
        district: Option<DistrictName>,
    },
    /// Show an application with its services
    Show {
        #[command(flatten)]
        app: App,
    },
    /// Deploy: a new image, command, size, or other services; what is not given keeps its value
    ///
    /// Services that are not named stay as they are. With --file, the services in the file are all that are to be.
    Deploy {
        #[command(flatten)]
        app: App,
        #[command(flatten)]
        definition: Definition,
        /// Remove a service; may be repeated.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        remove_service: Vec<ServiceName>,
        #[command(flatten)]
        sending: Sending,
    },
    /// Run as many tasks of a service as asked for
    Scale {
        #[command(flatten)]
        app: App,
        /// Name of the service.
        service: ServiceName,
        /// Number of tasks.
        count: u32,
        #[command(flatten)]
        sending: Sending,
    },
    /// Environment variables
    Env {
        #[command(subcommand)]
        command: EnvCommand,
    },
    /// Remove an application and everything that was made for it
    Delete {
        #[command(flatten)]
        app: App,
        /// Keep its log groups.
        #[arg(long)]
        keep_logs: bool,
        #[command(flatten)]
        removal: Removal,
    },
}

/// Which application.
#[derive(Debug, Args)]
pub(crate) struct App {
    /// Name of the application.
    #[arg(value_name = "APP")]
    name: HeritageName,
    /// Its district; needed only when several districts have an application of this name.
    #[arg(long)]
    district: Option<DistrictName>,
}

impl From<App> for AppPath {
    fn from(app: App) -> AppPath {
        AppPath { district: app.district, app: app.name }
    }
}
