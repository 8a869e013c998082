//! Applications: a table of many, a sheet of one with its services, its environment.

use bcn::view::{AppView, DistrictRef, ServiceView, Variable};
use shared::heritage::{Command, Protocol};

use super::paint::{Stream, Tone, of_lifecycle, paint};
use super::table::{Sheet, Table};
use super::{conditions, span};

/// Applications by name.
pub(crate) fn table(apps: &[AppView]) -> String {
    let mut table = Table::new(["NAME", "DISTRICT", "STATE", "IMAGE", "SERVICES"]);
    for app in apps {
        let services: Vec<_> = app.services.iter().map(|it| format!("{} {}", it.name, tasks(it))).collect();
        table.row([
            app.name.clone(),
            district(app),
            paint(app.state.to_string(), of_lifecycle(app.state), Stream::Out),
            image(app),
            services.join(", "),
        ]);
    }
    table.text("No applications. Make one: bcn app create --help")
}

/// One application with its services.
pub(crate) fn sheet(app: &AppView) -> String {
    let names: Vec<_> = app.environment.iter().map(|variable| variable.name.as_str()).collect();
    let sheet = Sheet::default()
        .line("app", app.name.as_str())
        .line("district", district(app))
        .line("state", paint(app.state.to_string(), of_lifecycle(app.state), Stream::Out))
        .line("image", image(app))
        .maybe("env", Some(names.join(" ")).filter(|names| !names.is_empty()))
        .maybe("created", app.created_at.map(span::ago));
    let mut services = Table::new(["SERVICE", "TASKS", "CPU", "MEMORY", "PORTS", "COMMAND", "FOUND AT"]);
    for service in &app.services {
        services.row([
            service.name.clone(),
            tasks(service),
            service.cpu.to_string(),
            format!("{} MiB", service.memory),
            ports(service),
            command(service),
            service.endpoints.join(" "),
        ]);
    }
    format!("{}\n{}{}", sheet.text(), services.text("No services.\n"), conditions::block(&app.conditions))
}

/// The environment of an application.
pub(crate) fn variables(environment: &[Variable]) -> String {
    let line = |variable: &Variable| match (&variable.value, &variable.value_from) {
        (Some(value), _) => format!("{}={value}\n", variable.name),
        (None, Some(from)) => {
            format!("{} {}\n", variable.name, paint(format!("(from {from})"), Tone::Faint, Stream::Out))
        }
        (None, None) => format!("{} {}\n", variable.name, paint("(secret)", Tone::Faint, Stream::Out)),
    };
    environment.iter().map(line).collect()
}

fn district(app: &AppView) -> String {
    app.district.as_ref().map(DistrictRef::name).unwrap_or_default().to_owned()
}

fn image(app: &AppView) -> String {
    format!("{}:{}", app.image_name, app.image_tag)
}

/// `2/2`: running and desired; the first only when it was observed.
fn tasks(service: &ServiceView) -> String {
    match service.running_count {
        Some(running) => format!("{running}/{}", service.desired_count),
        None => format!("?/{}", service.desired_count),
    }
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
