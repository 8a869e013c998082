//! Finding the one server that has our keys: they share a hash tag, so there is one in every topology.
//!
//! Neither the client's cluster connection nor its sentinel client is used. The first follows ASK: while a slot moves, our
//! scripts would run on a server that has none of our keys yet. And both repeat calls by themselves, where only the caller
//! knows whether a repeat is safe.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, ServerErrorKind, Value};

use super::address::{self, Address};

/// How long a sentinel or a node may take to say who has our keys.
const TELLS_WITHIN: Duration = Duration::from_secs(1);

impl Address {
    /// The server that has the keys of a namespace now: the first answer, or the last error when nobody has one.
    pub(super) async fn locate(&self, namespace: &str) -> Result<Client, RedisError> {
        let those = match self {
            Address::Single(client) => return Ok(client.clone()),
            Address::Cluster(those) | Address::Sentinel { sentinels: those, .. } => those,
        };
        let mut last = RedisError::from((ErrorKind::InvalidClientConfig, "REDIS_URL names nobody to ask"));
        for one in those {
            match self.told_by(one, namespace).await {
                Ok(found) => return Ok(found),
                Err(refused) => last = refused,
            }
        }
        Err(last)
    }

    async fn told_by(&self, one: &Client, namespace: &str) -> Result<Client, RedisError> {
        match self {
            Address::Single(client) => Ok(client.clone()),
            Address::Cluster(_) => owner(one, namespace).await,
            Address::Sentinel { master, like, .. } => guarded(one, master, like).await,
        }
    }
}

async fn asked(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(TELLS_WITHIN))
        .set_response_timeout(Some(TELLS_WITHIN));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// The master by a sentinel, when it says of itself that it is one: a sentinel may not have heard of its end yet.
async fn guarded(sentinel: &Client, master: &str, like: &Client) -> Result<Client, RedisError> {
    let mut question = redis::cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg(master);
    let told: Option<(String, u16)> = question.query_async(&mut asked(sentinel).await?).await?;
    let unknown = || RedisError::from((ErrorKind::MasterNameNotFoundBySentinel, "a sentinel knows no such master"));
    let (host, port) = told.ok_or_else(unknown)?;
    let found = address::like(like, &host, port)?;
    let role: Vec<Value> = redis::cmd("ROLE").query_async(&mut asked(&found).await?).await?;
    match role.into_iter().next().map(redis::from_redis_value::<String>) {
        Some(Ok(role)) if role == "master" => Ok(found),
        _ => Err((ErrorKind::MasterNameNotFoundBySentinel, "what a sentinel names is no master").into()),
    }
}

/// `[first, last, [host, port, id, …], replicas…]` as `CLUSTER SLOTS` has it.
/// <https://redis.io/docs/latest/commands/cluster-slots/>
type Range = (u16, u16, Vec<Value>);

/// The owner of a namespace's slot as a node sees it.
async fn owner(node: &Client, namespace: &str) -> Result<Client, RedisError> {
    let mut connection = asked(node).await?;
    let slot: u16 = redis::cmd("CLUSTER").arg("KEYSLOT").arg(namespace).query_async(&mut connection).await?;
    let slots: Vec<Vec<Value>> = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut connection).await?;
    for range in slots {
        let (from, to, owner) = range_of(range)?;
        if (from..=to).contains(&slot) {
            let mut owner = owner.into_iter();
            let host: Option<String> = redis::from_redis_value(owner.next().unwrap_or_default())?;
            let port: u16 = redis::from_redis_value(owner.next().unwrap_or_default())?;
            // A node that does not know how it is reached is reached as it was just now.
            let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| address::host(node));
            return owns(address::like(node, &host, port)?, namespace).await;
        }
    }
    Err((ErrorKind::ClusterConnectionNotFound, "no node of the cluster has our slot").into())
}

/// The node, when it says so too: a node that is cut off from the others tells what was.
async fn owns(node: Client, namespace: &str) -> Result<Client, RedisError> {
    match redis::cmd("EXISTS").arg(namespace).query_async::<u8>(&mut asked(&node).await?).await {
        Ok(_) => Ok(node),
        Err(moving) if moving.kind() == ErrorKind::Server(ServerErrorKind::Ask) => Ok(node),
        Err(refused) => Err(refused),
    }
}

fn range_of(range: Vec<Value>) -> Result<Range, RedisError> {
    let mut values = range.into_iter();
    let mut next = || values.next().unwrap_or_default();
    Ok((redis::from_redis_value(next())?, redis::from_redis_value(next())?, redis::from_redis_value(next())?))
}
