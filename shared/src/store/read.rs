//! Reading districts and heritages as recorded, with what is on its way to them.

use super::fields::{self, Bytes, Fields, lossy};
use super::script::{self, Arguments};
use super::{Store, StoreError, error, keys, records};
use crate::district::District;
use crate::heritage::{Heritage, HeritageSpec};
use crate::ids::OperationId;
use crate::names::{DistrictName, HeritageName};
use crate::operation::State;
use crate::payload::Payload;

/// An operation that has a place in a resource's order: not ended yet.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// Its id.
    pub id: OperationId,
    /// Where it stands.
    pub state: State,
    /// Its patch.
    pub payload: Payload,
}

/// A resource with what is on its way to it.
#[derive(Clone, Debug)]
pub struct HeritageView {
    /// As recorded.
    pub heritage: Heritage,
    /// Its revision, for [`super::Expect`].
    pub revision: u64,
    /// Operations on it that have not ended, in the order of acceptance.
    pub unfinished: Vec<Unfinished>,
}

impl HeritageView {
    /// What it is to be once everything accepted has succeeded; `None` when it is to be gone.
    pub fn desired(&self) -> Option<HeritageSpec> {
        self.unfinished.iter().fold(self.heritage.applied.clone(), |spec, next| next.payload.fold(spec))
    }
}

impl Store {
    /// A district, its revision, and the district operations that have not ended.
    pub async fn district(&self, name: &DistrictName) -> Result<Option<(District, u64, Vec<Unfinished>)>, StoreError> {
        let seen = self.views(Some(name), None).await?.pop();
        let Some(View { fields: Some(fields), unfinished, .. }) = seen else { return Ok(None) };
        let (district, revision) = records::district(name, &fields, &unfinished)?;
        Ok(Some((district, revision, unfinished)))
    }

    /// All districts by name.
    pub async fn districts(&self) -> Result<Vec<District>, StoreError> {
        let mut districts = vec![];
        for View { name, fields, unfinished } in self.views(None, None).await? {
            let name = DistrictName::parse(&name).map_err(|wrong| error::corrupt(keys::DISTRICTS, &wrong))?;
            if let Some(fields) = fields {
                districts.push(records::district(&name, &fields, &unfinished)?.0);
            }
        }
        Ok(districts)
    }

    /// A heritage with what is on its way to it.
    pub async fn heritage(
        &self,
        district: &DistrictName,
        name: &HeritageName,
    ) -> Result<Option<HeritageView>, StoreError> {
        let seen = self.views(Some(district), Some(Some(name))).await?.pop();
        seen.map_or(Ok(None), |view| heritage_view(district, view))
    }

    /// The heritages of a district by name.
    pub async fn heritages(&self, district: &DistrictName) -> Result<Vec<HeritageView>, StoreError> {
        let views = self.views(Some(district), Some(None)).await?;
        views.into_iter().filter_map(|view| heritage_view(district, view).transpose()).collect()
    }

    /// The districts in which a heritage of this name stands.
    pub async fn districts_with(&self, heritage: &HeritageName) -> Result<Vec<DistrictName>, StoreError> {
        let mut members = redis::cmd("SMEMBERS");
        members.arg(self.key(keys::DISTRICTS_WITH, &[heritage.as_str()]));
        let mut names: Vec<String> = self.query(members).await?;
        names.sort();
        let parse = |name: &String| DistrictName::parse(name);
        names.iter().map(parse).collect::<Result<_, _>>().map_err(|wrong| error::corrupt(keys::DISTRICTS_WITH, &wrong))
    }

    /// Host ports taken in a district.
    pub async fn ports(&self, district: &DistrictName) -> Result<Vec<u16>, StoreError> {
        let mut ports = redis::cmd("HKEYS");
        ports.arg(self.key(keys::PORTS, &[district.as_str()]));
        let ports: Vec<String> = self.query(ports).await?;
        // What is no port is taken by nobody.
        Ok(ports.iter().filter_map(|port| port.parse().ok()).collect())
    }

    /// Address ranges taken by districts.
    pub async fn cidrs(&self) -> Result<Vec<String>, StoreError> {
        let mut cidrs = redis::cmd("HKEYS");
        cidrs.arg(self.key(keys::CIDRS, &[]));
        self.query(cidrs).await
    }

    /// Records as of one moment: of all districts, of one, of all its heritages (`Some(None)`) or of one of them.
    async fn views(
        &self,
        district: Option<&DistrictName>,
        heritages: Option<Option<&HeritageName>>,
    ) -> Result<Vec<View>, StoreError> {
        let arguments = Arguments::default()
            .optional(district.map(DistrictName::as_str))
            .one(u8::from(heritages.is_some()))
            .optional(heritages.flatten().map(HeritageName::as_str));
        let mut reply = self.look(&script::VIEWS, arguments).await?;
        let views: Vec<Told> = reply.next()?;
        Ok(views.into_iter().map(view).collect())
    }
}

/// What a script tells of a record: its name, its fields, and id, state and payload of each unfinished operation in turn.
type Told = (String, Bytes, Vec<Option<Vec<u8>>>);

/// A record as read, with what is on its way to it.
struct View {
    name: String,
    fields: Option<Fields>,
    unfinished: Vec<Unfinished>,
}

/// An operation that cannot be read counts for nothing in what a thing is to be: it is set aside when it is claimed.
fn view((name, fields, unfinished): Told) -> View {
    let read = |told: &[Option<Vec<u8>>; 3]| {
        let [id, state, payload] = told.each_ref().map(|text| String::from_utf8_lossy(text.as_deref().unwrap_or(b"")));
        let corrupt = |wrong: &dyn std::fmt::Display| error::corrupt(&format!("{}:{id}", keys::OPERATION), wrong);
        Ok(Unfinished {
            id: OperationId::parse(&id).map_err(|wrong| corrupt(&wrong))?,
            state: state.parse().map_err(|wrong: strum::ParseError| corrupt(&wrong))?,
            payload: fields::parsed(&format!("{}:{id}.payload", keys::OPERATION), &payload)?,
        })
    };
    let shown = |read: Result<Unfinished, StoreError>| {
        read.inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "it is passed over")).ok()
    };
    let unfinished = unfinished.as_chunks::<3>().0.iter().filter_map(|told| shown(read(told))).collect();
    View { fields: Fields::of(&name, lossy(fields)), name, unfinished }
}

fn heritage_view(district: &DistrictName, view: View) -> Result<Option<HeritageView>, StoreError> {
    let View { name, fields: Some(fields), unfinished } = view else { return Ok(None) };
    let name = HeritageName::parse(&name).map_err(|wrong| error::corrupt(keys::HERITAGES, &wrong))?;
    let (heritage, revision) = records::heritage(district, &name, &fields, &unfinished)?;
    Ok(Some(HeritageView { heritage, revision, unfinished }))
}
