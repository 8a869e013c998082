//! `bcn district …`

use anyhow::Result;
use bcn::Change;
use bcn::view::{DistrictDocument, DistrictList};
use shared::names::DistrictName;

use crate::exit::Ending;
use crate::options::{DistrictCommand, misuse};
use crate::print;
use crate::session::Session;

/// Does what was typed.
pub(crate) async fn run(session: &Session, command: DistrictCommand) -> Result<Ending> {
    match command {
        DistrictCommand::Create { request, sending } => {
            session.send(Change::create_district(&request)?, &sending).await
        }
        DistrictCommand::List => {
            session.show("/v1/districts", &[], |list: &DistrictList| print::district::table(&list.districts)).await
        }
        DistrictCommand::Show { name } => {
            let path = format!("/v1/districts/{name}");
            session.show(&path, &[], |document: &DistrictDocument| print::district::sheet(&document.district)).await
        }
        DistrictCommand::Update { name, request, sending } => {
            if request.is_empty() {
                misuse("give at least one of --cluster-size, --instance-type and --nat-type");
            }
            session.send(Change::update_district(&name, &request)?, &sending).await
        }
        DistrictCommand::Delete { name, cascade, force, keep_logs, removal } => {
            let with = if cascade { ", its applications" } else { "" };
            if !session.agreed(&removal, &format!("Remove district {name}{with} and all that was made for it?"))? {
                return Ok(Ending::CalledOff);
            }
            session
                .send(
                    deletion(&name, &[("cascade", cascade), ("force", force), ("keep_logs", keep_logs)]),
                    &removal.sending,
                )
                .await
        }
    }
}

fn deletion(name: &DistrictName, flags: &[(&'static str, bool)]) -> Change {
    let given = flags.iter().filter(|(_, given)| *given);
    given.fold(Change::delete_district(name), |change, (flag, _)| change.query(flag, true))
}
