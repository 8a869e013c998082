//! Servers that the environment names: the whole suite runs on them, each test in a namespace of its own, so that every
//! topology keeps the same promises (`tests/it/topologies.rs` starts them).

use std::env;

use redis::{Client, ClientTlsConfig, TlsCertificates, Value};
use shared::store::Settings;

/// How the servers are reached; `None` when each test is to start a Redis of its own.
pub(crate) fn settings() -> Option<Settings> {
    let path = |name| env::var_os(name).map(Into::into);
    Some(Settings {
        redis_url: env::var("STORE_SUITE_URL").ok()?,
        redis_ca: path("STORE_SUITE_CA"),
        redis_cert: path("STORE_SUITE_CERT"),
        redis_key: path("STORE_SUITE_KEY"),
        redis_wait_replicas: env::var("STORE_SUITE_WAIT_REPLICAS").unwrap().parse().unwrap(),
        ..Settings::default()
    })
}

/// A connection to that one of the servers which has the keys of a namespace, whatever the store would say.
pub(crate) async fn master(settings: &Settings) -> redis::aio::MultiplexedConnection {
    for node in env::var("STORE_SUITE_NODES").unwrap().split(',') {
        let mut connection = client(node, settings).get_multiplexed_async_connection().await.unwrap();
        let role: Vec<Value> = redis::cmd("ROLE").query_async(&mut connection).await.unwrap();
        let key = format!("{{{}}}", settings.namespace);
        let has_keys = redis::cmd("EXISTS").arg(key).query_async::<u8>(&mut connection).await.is_ok();
        if has_keys && matches!(&role[0], Value::BulkString(word) if word == b"master") {
            return connection;
        }
    }
    panic!("none of the servers has the keys of {}", settings.namespace)
}

fn client(url: &str, settings: &Settings) -> Client {
    let Some(ca) = &settings.redis_ca else { return Client::open(url).unwrap() };
    let read = |path: &Option<std::path::PathBuf>| std::fs::read(path.as_ref().unwrap()).unwrap();
    let (client_cert, client_key) = (read(&settings.redis_cert), read(&settings.redis_key));
    let root_cert = Some(std::fs::read(ca).unwrap());
    let client_tls = Some(ClientTlsConfig { client_cert, client_key });
    Client::build_with_tls(url, TlsCertificates { client_tls, root_cert }).unwrap()
}
