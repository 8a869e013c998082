//! Nothing in Redis names an operation that is not there, and nothing of an operation is there without it.

use std::collections::BTreeSet;

use redis::aio::MultiplexedConnection;

use crate::fixture::Bench;

struct Looking {
    connection: MultiplexedConnection,
    /// What the keys of its namespace begin with.
    prefix: String,
    operations: BTreeSet<String>,
}

impl Looking {
    fn key(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }

    async fn keys(&mut self, family: &str) -> Vec<String> {
        let pattern = self.key(&format!("{family}:*"));
        redis::cmd("KEYS").arg(pattern).query_async(&mut self.connection).await.unwrap()
    }

    async fn list(&mut self, command: &[&str]) -> Vec<String> {
        redis::cmd(command[0]).arg(&command[1..]).query_async(&mut self.connection).await.unwrap()
    }

    fn is_there(&self, what: &str, id: &str) {
        assert!(self.operations.contains(id), "{what} names {id}, which is gone");
    }

    async fn parts_and_indexes(&mut self) {
        for family in ["steps", "journal"] {
            for key in self.keys(family).await {
                self.is_there(&key, key.rsplit(':').next().unwrap());
            }
        }
        let mut indexes: Vec<String> =
            ["operations", "unfinished", "delayed", "leases"].map(|name| self.key(name)).into();
        indexes.extend(self.keys("order").await);
        for index in indexes {
            for id in self.list(&["ZRANGE", &index, "0", "-1"]).await {
                self.is_there(&index, &id);
            }
        }
        for lane in self.keys("ready").await {
            for id in self.list(&["LRANGE", &lane, "0", "-1"]).await {
                self.is_there(&lane, &id);
            }
        }
        let listed = self.list(&["ZRANGE", &self.key("operations"), "0", "-1"]).await;
        assert_eq!(listed.len(), self.operations.len(), "every operation is listed");
    }

    async fn references(&mut self) {
        for id in self.list(&["HVALS", &self.key("latest")]).await {
            self.is_there("latest", &id);
        }
        let mut reservations = self.keys("ports").await;
        reservations.push(self.key("cidrs"));
        for hash in reservations {
            for holder in self.list(&["HVALS", &hash]).await {
                self.is_there(&hash, holder.split(' ').nth(1).unwrap());
            }
        }
        for key in self.keys("idempotency").await {
            let first = self.list(&["MGET", &key]).await.remove(0);
            self.is_there(&key, first.split(' ').next().unwrap());
        }
        let records = [self.keys("district").await, self.keys("heritage").await].concat();
        for record in records {
            for id in self.list(&["HMGET", &record, "made_by"]).await {
                self.is_there(&record, &id);
            }
        }
        for id in self.operations.clone() {
            let key = self.key(&format!("op:{id}"));
            for family in ["parent", "children"] {
                let field: Option<String> =
                    redis::cmd("HGET").arg(&key).arg(family).query_async(&mut self.connection).await.unwrap();
                for other in field.unwrap_or_default().split_whitespace() {
                    self.is_there(&key, other);
                }
            }
        }
    }
}

pub(crate) async fn nothing_dangles(bench: &Bench) {
    let mut looking = Looking { connection: bench.raw().await, prefix: bench.key(""), operations: BTreeSet::new() };
    let operations = looking.keys("op").await;
    looking.operations = operations.iter().map(|key| key.rsplit(':').next().unwrap().to_owned()).collect();
    looking.parts_and_indexes().await;
    looking.references().await;
}
