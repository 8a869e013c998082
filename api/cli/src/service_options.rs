//! Services on the command line: `--service NAME` begins one, and the options behind it belong to it.
//!
//! `--service web --port 80:3000 --memory 256 --service worker --command "rake jobs:work"` are two services. clap knows
//! where each value stood; that is what tells to which service it belongs.

use bcn::request::{Port, Service};
use clap::error::ErrorKind;
use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches};
use shared::names::ServiceName;

/// The services that were typed, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Services(pub(crate) Vec<Service>);

/// The options as clap sees them: lists without a connection.
#[derive(Args)]
#[command(next_help_heading = "Services (each option belongs to the --service before it)")]
struct Lists {
    /// Begin a service of this name.
    #[arg(long = "service", value_name = "NAME")]
    service: Vec<ServiceName>,
    /// Port of the load balancer and port in the container, such as 80:3000; may be repeated.
    #[arg(long = "port", value_name = "LB:CONTAINER[/PROTOCOL]")]
    port: Vec<Port>,
    /// Memory in MiB [default: 512].
    #[arg(long = "memory", value_name = "MIB")]
    memory: Vec<u32>,
    /// CPU units, 1024 to a core [default: 512].
    #[arg(long = "cpu", value_name = "UNITS")]
    cpu: Vec<u32>,
    /// Number of tasks [default: 1].
    #[arg(long = "count", value_name = "N")]
    count: Vec<u32>,
    /// What the container runs, one line; the image's own when not given.
    #[arg(long = "command", value_name = "LINE")]
    command: Vec<String>,
    /// Face the internet: a public load balancer, and a name in the district's public zone.
    #[arg(long = "public", action = ArgAction::Append, num_args = 0, default_missing_value = "true")]
    public: Vec<bool>,
}

impl Args for Services {
    fn augment_args(command: Command) -> Command {
        Lists::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Lists::augment_args_for_update(command)
    }
}

impl FromArgMatches for Services {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut groups = Groups { matches, begins: begins(matches), services: named(matches) };
        groups.put("port", |service, port: Port| {
            service.port_mappings.get_or_insert_default().push(port);
            Ok(())
        })?;
        groups.put("memory", |service, memory| once(&mut service.memory, memory))?;
        groups.put("cpu", |service, cpu| once(&mut service.cpu, cpu))?;
        groups.put("count", |service, count| once(&mut service.desired_count, count))?;
        groups.put("command", |service, command| once(&mut service.command, command))?;
        groups.put("public", |service, public| once(&mut service.public, public))?;
        Ok(Services(groups.services))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Services::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The option was given twice for one service.
struct Twice;

fn once<T>(field: &mut Option<T>, value: T) -> Result<(), Twice> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(Twice),
    }
}

fn begins(matches: &ArgMatches) -> Vec<usize> {
    matches.indices_of("service").into_iter().flatten().collect()
}

fn named(matches: &ArgMatches) -> Vec<Service> {
    matches.get_many("service").into_iter().flatten().cloned().map(Service::named).collect()
}

struct Groups<'a> {
    matches: &'a ArgMatches,
    begins: Vec<usize>,
    services: Vec<Service>,
}

impl Groups<'_> {
    /// Gives each value of `option` to the service that begins last before it.
    fn put<T: Clone + Send + Sync + 'static>(
        &mut self,
        option: &str,
        set: impl Fn(&mut Service, T) -> Result<(), Twice>,
    ) -> Result<(), clap::Error> {
        let values = self.matches.get_many::<T>(option).into_iter().flatten();
        for (value, at) in values.zip(self.matches.indices_of(option).into_iter().flatten()) {
            let begun = self.begins.partition_point(|begin| *begin < at);
            let Some(service) = begun.checked_sub(1).and_then(|nth| self.services.get_mut(nth)) else {
                return Err(wrong(format!("--{option} stands before the first --service\n")));
            };
            set(service, value.clone())
                .map_err(|Twice| wrong(format!("--{option} is given twice for --service {}\n", service.name)))?;
        }
        Ok(())
    }
}

fn wrong(message: String) -> clap::Error {
    clap::Error::raw(ErrorKind::ArgumentConflict, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Vec<Service>, clap::Error> {
        let matches = Services::augment_args(Command::new("bcn")).try_get_matches_from(line.split(' '))?;
        Services::from_arg_matches(&matches).map(|services| services.0)
    }

    #[test]
    fn each_option_belongs_to_the_service_before_it() {
        let line = "bcn --service web --port 80:3000 --port 443:3000/https --public --memory 256 \
                    --service worker --command run --count 0 --service cron --public --memory 64";
        let services = parse(line).unwrap();
        let names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["web", "worker", "cron"]);
        assert_eq!(services[0].port_mappings.as_ref().map(Vec::len), Some(2));
        assert_eq!((services[0].public, services[0].memory, services[0].desired_count), (Some(true), Some(256), None));
        assert_eq!((services[1].public, services[1].memory, services[1].desired_count), (None, None, Some(0)));
        assert_eq!(services[1].command.as_deref(), Some("run"));
        assert_eq!((services[2].public, services[2].memory), (Some(true), Some(64)));
    }

    #[test]
    fn options_of_no_service_and_options_given_twice_are_refused() {
        let refused = |line| parse(line).unwrap_err().to_string();
        assert!(refused("bcn --memory 256 --service web").contains("--memory stands before the first --service"));
        assert!(refused("bcn --service web --cpu 1 --cpu 2").contains("--cpu is given twice for --service web"));
    }

    #[test]
    fn no_services_are_none() {
        assert_eq!(parse("bcn").unwrap(), []);
    }
}
