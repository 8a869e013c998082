//! `bcn app …`

mod definition;
mod env;
mod options;

use anyhow::Result;
use bcn::Change;
use bcn::change::AppPath;
use bcn::view::{AppDocument, AppList, AppView};
use shared::names::{DistrictName, ServiceName};

pub(crate) use self::options::AppCommand;
use crate::exit::Ending;
use crate::options::misuse;
use crate::print;
use crate::session::Session;

/// Does what was typed.
pub(crate) async fn run(session: &Session, command: AppCommand) -> Result<Ending> {
    match command {
        AppCommand::Create { name, district, definition, sending } => {
            let document = definition::checked(definition.document()?);
            session.send(Change::create_app(&district, &name, document), &sending).await
        }
        AppCommand::List { district } => list(session, district).await,
        AppCommand::Show { app } => {
            let text = |document: &AppDocument| print::app::sheet(&document.heritage);
            session.show(&AppPath::from(app).to_string(), &[], text).await
        }
        AppCommand::Deploy { app, definition, remove_service, sending } => {
            let path = AppPath::from(app);
            let mut document = definition.document()?;
            if !definition.services.0.is_empty() || !remove_service.is_empty() {
                keep_others(session, &path, &mut document, &remove_service).await?;
            }
            if document.is_empty() {
                misuse("give what is to change: --image, --tag, --env, --service, --remove-service or --file");
            }
            session.send(Change::deploy_app(&path, document), &sending).await
        }
        AppCommand::Scale { app, service, count, sending } => {
            session.send(Change::scale_service(&app.into(), &service, count), &sending).await
        }
        AppCommand::Env { command } => env::run(session, command).await,
        AppCommand::Delete { app, keep_logs, removal } => {
            let path = AppPath::from(app);
            if !session.agreed(&removal, &format!("Remove application {} and its services?", path.app))? {
                return Ok(Ending::CalledOff);
            }
            let change = Change::delete_app(&path);
            let change = if keep_logs { change.query("keep_logs", true) } else { change };
            session.send(change, &removal.sending).await
        }
    }
}

/// The API takes `services` as all that are to be. Who names some on the command line means these, so the others are
/// named too, without a change.
async fn keep_others(
    session: &Session,
    path: &AppPath,
    document: &mut serde_json::Map<String, serde_json::Value>,
    removed: &[ServiceName],
) -> Result<()> {
    let standing: AppView = session.read::<AppDocument>(&path.to_string(), &[]).await?.heritage;
    let services = document.entry("services").or_insert_with(|| serde_json::json!([]));
    let Some(services) = services.as_array_mut() else { return Ok(()) };
    for service in standing.services {
        let removed = removed.iter().any(|name| name.as_str() == service.name);
        let named = services.iter().any(|it| it["name"] == service.name.as_str());
        if !removed && !named {
            services.push(serde_json::json!({"name": service.name}));
        }
    }
    Ok(())
}

/// The applications of one district, or of all.
async fn list(session: &Session, district: Option<DistrictName>) -> Result<Ending> {
    let path = match district {
        Some(district) => format!("/v1/districts/{district}/heritages"),
        None => "/v1/heritages".to_owned(),
    };
    session.show(&path, &[], |list: &AppList| print::app::table(&list.heritages)).await
}
