//! A whole namespace as JSON: written down once per version of its format, and put back to see that it is still read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};

/// A key's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Value {
    String(String),
    Hash(BTreeMap<String, String>),
    List(Vec<String>),
    Set(Vec<String>),
    Zset(Vec<(String, f64)>),
    Stream(Vec<(String, Vec<String>)>),
}

/// The keys of a namespace, without the namespace's name.
pub(crate) type Namespace = BTreeMap<String, Value>;

const PREFIX: &str = "{test}:";

/// Where the namespace of a version of the format is kept.
pub(crate) fn kept(version: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{version}/namespace.json"))
}

/// Sends a command and reads its answer.
pub(crate) async fn ask<T: redis::FromRedisValue>(connection: &mut MultiplexedConnection, words: &[&str]) -> T {
    redis::cmd(words[0]).arg(&words[1..]).query_async(connection).await.unwrap()
}

/// Reads all keys.
pub(crate) async fn dump(connection: &mut MultiplexedConnection) -> Namespace {
    let mut namespace = Namespace::new();
    for key in ask::<Vec<String>>(connection, &["KEYS", "*"]).await {
        let value = match ask::<String>(connection, &["TYPE", &key]).await.as_str() {
            "string" => Value::String(ask(connection, &["GET", &key]).await),
            "hash" => Value::Hash(ask(connection, &["HGETALL", &key]).await),
            "list" => Value::List(ask(connection, &["LRANGE", &key, "0", "-1"]).await),
            "set" => {
                let mut members: Vec<String> = ask(connection, &["SMEMBERS", &key]).await;
                members.sort();
                Value::Set(members)
            }
            "zset" => Value::Zset(ask(connection, &["ZRANGE", &key, "0", "-1", "WITHSCORES"]).await),
            "stream" => Value::Stream(ask(connection, &["XRANGE", &key, "-", "+"]).await),
            other => panic!("{key} is a {other}"),
        };
        namespace.insert(key.strip_prefix(PREFIX).unwrap().to_owned(), value);
    }
    namespace
}

/// Replaces everything in Redis by these keys.
pub(crate) async fn restore(connection: &mut MultiplexedConnection, namespace: &Namespace) {
    let () = ask(connection, &["FLUSHALL"]).await;
    let mut pipe = redis::pipe();
    for (key, value) in namespace {
        write(&mut pipe, &format!("{PREFIX}{key}"), value);
    }
    let () = pipe.query_async(connection).await.unwrap();
}

fn write(pipe: &mut redis::Pipeline, key: &str, value: &Value) {
    match value {
        Value::String(text) => {
            pipe.set(key, text);
        }
        Value::Hash(fields) => {
            pipe.hset_multiple(key, &Vec::from_iter(fields));
        }
        Value::List(items) => {
            pipe.rpush(key, items);
        }
        Value::Set(members) => {
            pipe.sadd(key, members);
        }
        Value::Zset(members) => {
            let by_score: Vec<_> = members.iter().map(|(member, score)| (score, member)).collect();
            pipe.zadd_multiple(key, &by_score);
        }
        Value::Stream(entries) => {
            for (id, fields) in entries {
                pipe.cmd("XADD").arg(key).arg(id).arg(fields);
            }
        }
    }
}
