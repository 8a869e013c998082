//! Many connections that ask for one service after the other.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::task::LocalSet;

use super::client::{Connection, json_request};
use super::fill;
use super::process::{Simulator, busy};

/// How fast the answers came.
pub(crate) struct Load {
    /// Calls a second.
    pub(crate) per_second: f64,
    /// Milliseconds that half of the calls took at most, and 99 of 100.
    pub(crate) p50: f64,
    /// See above.
    pub(crate) p99: f64,
    /// Microseconds of processor time that a call took of the simulator, and of this program.
    pub(crate) simulator: f64,
    /// See above.
    pub(crate) client: f64,
}

impl Load {
    /// Asks for so many seconds.
    pub(crate) async fn run(simulator: &Simulator, services: usize, connections: usize, seconds: u64) -> Result<Self> {
        let requests: Rc<Vec<Vec<u8>>> = Rc::new((0..services).map(request).collect());
        let next = Rc::new(Cell::new(0));
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(simulator.address).await?);
        }
        let (began, busy_before, client_before) = (Instant::now(), simulator.busy()?, busy("self")?);
        let until = began + Duration::from_secs(seconds);
        let local = LocalSet::new();
        let asking = open.into_iter().map(|one| local.spawn_local(ask(one, requests.clone(), next.clone(), until)));
        let asking: Vec<_> = asking.collect();
        let mut latencies: Vec<u32> = Vec::new();
        local
            .run_until(async {
                for one in asking {
                    latencies.extend(one.await??);
                }
                anyhow::Ok(())
            })
            .await?;
        let (took, calls) = (began.elapsed().as_secs_f64(), latencies.len() as f64);
        ensure!(!latencies.is_empty(), "nothing was answered");
        latencies.sort_unstable();
        let at = |share: usize| f64::from(latencies[(latencies.len() - 1) * share / 100]) / 1000.0;
        Ok(Self {
            per_second: calls / took,
            p50: at(50),
            p99: at(99),
            simulator: (simulator.busy()? - busy_before) * 1e6 / calls,
            client: (busy("self")? - client_before) * 1e6 / calls,
        })
    }
}

fn request(number: usize) -> Vec<u8> {
    let input = json!({"cluster": fill::CLUSTER, "services": [fill::service(number)]});
    json_request("ecs", "AmazonEC2ContainerServiceV20141113.DescribeServices", &input)
}

/// Microseconds that each call took. Names are far from each other, so that no answer is the last one's neighbour.
async fn ask(
    mut connection: Connection,
    requests: Rc<Vec<Vec<u8>>>,
    next: Rc<Cell<usize>>,
    until: Instant,
) -> Result<Vec<u32>> {
    let mut latencies = Vec::with_capacity(16 * 1024);
    while Instant::now() < until {
        let number = next.get();
        next.set(number + 1);
        let sent = Instant::now();
        let answer = connection.exchange(&requests[number * 7919 % requests.len()]).await?;
        ensure!(answer.starts_with(b"{\"services\":[{"), "{}", String::from_utf8_lossy(answer));
        latencies.push(u32::try_from(sent.elapsed().as_micros())?);
    }
    Ok(latencies)
}
