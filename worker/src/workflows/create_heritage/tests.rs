//! The plans of all operations on a heritage have the steps that the outline announced, in its order.

use shared::district::{DistrictSpec, Given, NatType};
use shared::heritage::{
    EnvValue, Environment, HeritagePatch, HeritageSpec, PortMapping, Protocol, ServicePatch, ServiceSpec,
};
use shared::names::ServiceName;
use shared::outline::{self, Standing};
use shared::payload::Payload;

use crate::engine::Plan;
use crate::workflows::{HeritageCx, delete_heritage, roll_out, scale_service};

pub(crate) fn service(name: &str, ports: &[u16], public: bool) -> ServiceSpec {
    let port = |(nth, lb_port): (u16, &u16)| PortMapping {
        lb_port: *lb_port,
        container_port: 3000 + nth,
        host_port: 10_000 + nth,
        protocol: Protocol::Tcp,
    };
    ServiceSpec {
        name: ServiceName::parse(name).unwrap(),
        command: None,
        cpu: 128,
        memory: 256,
        public,
        desired_count: 1,
        port_mappings: (0..).zip(ports).map(port).collect(),
    }
}

fn heritage(services: Vec<ServiceSpec>, environment: Environment) -> HeritageSpec {
    HeritageSpec { image_name: "nginx".into(), image_tag: "1.9".into(), environment, services }
}

fn district(public_zone: Option<&str>) -> DistrictSpec {
    DistrictSpec {
        region: "us-east-1".into(),
        cidr_block: None,
        nat_type: NatType::Gateway,
        cluster_size: 1,
        instance_type: "t3.small".into(),
        public_zone: public_zone.map(str::to_owned),
        given: Given::default(),
    }
}

fn sealed() -> EnvValue {
    EnvValue::Sealed { parameter: "/barcelona/dev/shop/KEY/op".into(), sealed: "v1".into() }
}

fn specs() -> Vec<HeritageSpec> {
    let (web, api) = (service("web", &[80, 443], true), service("api", &[8080], false));
    let secret = Environment::from_iter([("KEY".to_owned(), sealed())]);
    vec![
        heritage(vec![service("worker", &[], false)], Environment::new()),
        heritage(vec![web.clone(), api], secret),
        heritage(vec![web, service("worker", &[], true)], Environment::new()),
    ]
}

fn same_steps(plan: &Plan<HeritageCx>, payload: &Payload, before: Option<&HeritageSpec>, district: &DistrictSpec) {
    let standing = Standing { district_spec: Some(district), heritage_spec: before, ..Standing::default() };
    let outline = outline::of(payload, &standing);
    let announced: Vec<&str> = outline.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(plan.labels(), announced, "{payload:?}");
}

#[test]
fn creations_and_deletions_take_the_steps_of_their_outlines() {
    for zone in [None, Some("Z1")] {
        let district = district(zone);
        for spec in specs() {
            let create = Payload::CreateHeritage { spec: spec.clone() };
            same_steps(&super::plan(&spec, zone.is_some()), &create, None, &district);
            for keep_logs in [true, false] {
                let plan = delete_heritage::plan(Some(&spec), keep_logs, zone.is_some());
                same_steps(&plan, &Payload::DeleteHeritage { keep_logs }, Some(&spec), &district);
            }
        }
        let plan = delete_heritage::plan(None, false, zone.is_some());
        same_steps(&plan, &Payload::DeleteHeritage { keep_logs: false }, None, &district);
    }
}

#[test]
fn roll_outs_take_the_steps_of_their_outlines() {
    let keep = |name: &str| ServicePatch {
        name: ServiceName::parse(name).unwrap(),
        added: None,
        command: None,
        cpu: None,
        memory: None,
        desired_count: None,
    };
    let scaled = ServicePatch { desired_count: Some(2), ..keep("web") };
    let added = ServicePatch { added: Some(service("admin", &[81], true)), ..keep("admin") };
    let vars = [("KEY".to_owned(), sealed()), ("OTHER".to_owned(), EnvValue::From("/common".into()))];
    let payloads = [
        Payload::DeployHeritage { patch: HeritagePatch { image_tag: Some("2".into()), ..HeritagePatch::default() } },
        Payload::DeployHeritage {
            patch: HeritagePatch { services: Some(vec![scaled, added]), ..HeritagePatch::default() },
        },
        Payload::DeployHeritage { patch: HeritagePatch::default() },
        Payload::SetEnvVars { vars: Environment::from_iter(vars) },
        Payload::UnsetEnvVars { keys: vec!["KEY".into()] },
    ];
    for (before, payload) in specs().iter().flat_map(|spec| payloads.iter().map(move |payload| (spec, payload))) {
        let after = payload.fold(Some(before.clone())).unwrap();
        same_steps(&roll_out::plan(before, &after, true), payload, Some(before), &district(Some("Z1")));
    }
}

#[test]
fn a_scaling_takes_the_steps_of_its_outline() {
    let web = service("web", &[80], true);
    let payload = Payload::ScaleService { service: web.name.clone(), desired_count: 4 };
    same_steps(
        &scale_service::plan(&web),
        &payload,
        Some(&heritage(vec![web.clone()], Environment::new())),
        &district(None),
    );
}
