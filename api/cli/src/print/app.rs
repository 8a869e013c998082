//! Applications: a table of many, a sheet of one with its services, its environment.

use bcn::view::{AppView, ServiceView};
use serde_json::Value;
use shared::heritage::{Command, Protocol};

use super::paint::{Stream, Tone, of_lifecycle, paint};
use super::table::{Sheet, Table};
use super::{conditions, moment};

/// Applications by name.
pub(crate) fn table(apps: &[AppView]) -> String {
    let mut table = Table::new(["NAME", "DISTRICT", "STATE", "IMAGE", "SERVICES"]);
    for app in apps {
        let services: Vec<_> = app.services.iter().map(|it| format!("{} {}", it.name, tasks(it))).collect();
        table.row([
            app.name.clone(),
            app.district.clone(),
            paint(app.state.to_string(), of_lifecycle(app.state), Stream::Out),
            image(app),
            services.join(", "),
        ]);
    }
    table.cut_text("No applications. Make one: bcn app create --help")
}

/// One application with its services.
pub(crate) fn sheet(app: &AppView) -> String {
    let names: Vec<_> = app.env_vars.keys().map(String::as_str).collect();
    let sheet = Sheet::default()
        .line("app", app.name.as_str())
        .line("district", app.district.clone())
        .line("state", paint(app.state.to_string(), of_lifecycle(app.state), Stream::Out))
        .line("image", image(app))
        .maybe("env", Some(names.join(" ")).filter(|names| !names.is_empty()))
        .maybe("created", app.created_at.map(moment::ago));
    let mut services = Table::new(["SERVICE", "STATUS", "TASKS", "CPU", "MEMORY", "PORTS", "COMMAND", "FOUND AT"]);
    for service in &app.services {
        services.row([
            service.name.clone(),
            service.status.replace('_', " "),
            tasks(service),
            service.cpu.to_string(),
            format!("{} MiB", service.memory),
            ports(service),
            command(service),
            found_at(service),
        ]);
    }
    format!("{}\n{}{}", sheet.text(), services.text("No services.\n"), conditions::block(&app.conditions))
}

/// The environment of an application, as `K=V`.
pub(crate) fn variables(app: &AppView) -> String {
    let line = |(name, value): (&String, &Value)| format!("{name}={}\n", value.as_str().unwrap_or_default());
    app.env_vars.iter().map(line).collect()
}

fn image(app: &AppView) -> String {
    match (&app.image_name, &app.image_tag) {
        (Some(name), Some(tag)) => format!("{name}:{tag}"),
        (Some(name), None) => name.clone(),
        (None, _) => String::new(),
    }
}

/// `2/2`: running and desired; the first only when it was observed.
fn tasks(service: &ServiceView) -> String {
    match service.running_count {
        Some(running) => format!("{running}/{}", service.desired_count),
        None => format!("?/{}", service.desired_count),
    }
}

fn found_at(service: &ServiceView) -> String {
    let names = service.endpoints.iter().chain(service.endpoint.iter().filter(|_| service.endpoints.is_empty()));
    names.map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn ports(service: &ServiceView) -> String {
    let port = |it: &shared::heritage::PortMapping| {
        let protocol = if it.protocol == Protocol::Tcp { String::new() } else { format!("/{}", it.protocol) };
        format!("{}:{}{protocol}", it.lb_port, it.container_port)
    };
    let ports = service.port_mappings.iter().map(port).collect::<Vec<_>>().join(" ");
    if service.public { format!("{ports} public") } else { ports }
}

fn command(service: &ServiceView) -> String {
    match &service.command {
        Some(Command::Line(line)) => line.clone(),
        Some(Command::Words(words)) => words.join(" "),
        None => paint("(the image's)", Tone::Faint, Stream::Out),
    }
}
