//! Every key of a namespace, with its type and what stands in it.
//!
//! A key is the namespace in braces (the hash tag that keeps all keys of a namespace in one slot of a Redis Cluster),
//! a family from here, and the parts that its comment names, joined by colons. The scripts name them in the same way
//! (`lua/prelude/names.lua`); a test finds every key that a busy store has in [`FAMILIES`].

/// `op:<operation>`, hash: an operation's fields; JSON where they are not words or numbers.
pub const OPERATION: &str = "op";
/// `steps:<operation>`, hash: its steps' records as JSON, by name.
pub const STEPS: &str = "steps";
/// `journal:<operation>`, list: its journal; sequence numbers are positions, so they have no gap.
pub const JOURNAL: &str = "journal";
/// `events`, stream: the entries of all journals, the newest 100,000.
pub const EVENTS: &str = "events";
/// `operations`, sorted set: all operations by the microsecond of acceptance, in which there is only one.
pub const OPERATIONS: &str = "operations";
/// `unfinished`, sorted set: operations that have not ended, by place.
pub const UNFINISHED: &str = "unfinished";
/// `ready:<lane>` and, from version 2 of the format on, `ready:<lane>:<version>`, list: operations that a worker may take.
pub const READY: &str = "ready";
/// `delayed`, sorted set: parked operations by the moment at which they are looked at again.
pub const DELAYED: &str = "delayed";
/// `leases`, sorted set: operations that workers hold, by the moment at which the lease ends.
pub const LEASES: &str = "leases";
/// `order:heritage:<district>:<heritage>`, `order:district:<district>` (operations on the district itself) and
/// `order:shared:<district>` (operations on its heritages), sorted sets: unfinished operations by place.
pub const ORDER: &str = "order";
/// `places`, counter: the last place given in an order.
pub const PLACES: &str = "places";
/// `latest`, hash: the operation accepted last on `<district>` or `<district>/<heritage>`.
pub const LATEST: &str = "latest";
/// `districts`, set: names of districts.
pub const DISTRICTS: &str = "districts";
/// `district:<district>`, hash: a district's record.
pub const DISTRICT: &str = "district";
/// `heritages:<district>`, set: names of its heritages.
pub const HERITAGES: &str = "heritages";
/// `heritage:<district>:<heritage>`, hash: a heritage's record.
pub const HERITAGE: &str = "heritage";
/// `districts_with:<heritage>`, set: districts that have a heritage of this name.
pub const DISTRICTS_WITH: &str = "districts_with";
/// `revisions`, counter: the last revision given to any record.
pub const REVISIONS: &str = "revisions";
/// `ports:<district>`, hash: host port to `<heritage> <operation that reserved it>`.
pub const PORTS: &str = "ports";
/// `cidrs`, hash: address range to `<district> <operation that reserved it>`.
pub const CIDRS: &str = "cidrs";
/// `idempotency:<scope>`, string that expires: `<operation> <hash of the body>`.
pub const IDEMPOTENCY: &str = "idempotency";
/// `tokens`, hash: hash of a bearer token to its owner.
pub const TOKENS: &str = "tokens";
/// `bootstrap`, string: hash of the current bootstrap token.
pub const BOOTSTRAP: &str = "bootstrap";
/// `budget:<name>`, hash that expires: a token bucket.
pub const BUDGET: &str = "budget";
/// `duty:<name>`, string that expires: a worker does this for all.
pub const DUTY: &str = "duty";
/// `workers`, hash: version of the format that workers understand to the moment at which one of them asked for work.
pub const WORKERS: &str = "workers";
/// `durations`, hash: kind of operation to the milliseconds that those which succeeded took, a moving average.
pub const DURATIONS: &str = "durations";
/// `swept`, string that expires: since when all finished operations were looked at for what need not be kept.
pub const SWEPT: &str = "swept";
/// `health`, string: what `/readyz` writes to see whether writes are taken.
pub const HEALTH: &str = "health";
/// `confirmed`, string: the last mark that replicas were asked to confirm (`BARCELONA_REDIS_WAIT_REPLICAS`).
pub const CONFIRMED: &str = "confirmed";
/// `wake`, channel: a hint that an operation became ready or a timer was set.
pub const WAKE: &str = "wake";
/// `notices`, channel: `<operation> <sequence number>` of a journal's newest entry.
pub const NOTICES: &str = "notices";

/// Every family with the type of its keys; channels are no keys.
pub const FAMILIES: [(&str, &str); 30] = [
    (OPERATION, "hash"),
    (STEPS, "hash"),
    (JOURNAL, "list"),
    (EVENTS, "stream"),
    (OPERATIONS, "zset"),
    (UNFINISHED, "zset"),
    (READY, "list"),
    (DELAYED, "zset"),
    (LEASES, "zset"),
    (ORDER, "zset"),
    (PLACES, "string"),
    (LATEST, "hash"),
    (DISTRICTS, "set"),
    (DISTRICT, "hash"),
    (HERITAGES, "set"),
    (HERITAGE, "hash"),
    (DISTRICTS_WITH, "set"),
    (REVISIONS, "string"),
    (PORTS, "hash"),
    (CIDRS, "hash"),
    (IDEMPOTENCY, "string"),
    (TOKENS, "hash"),
    (BOOTSTRAP, "string"),
    (BUDGET, "hash"),
    (DUTY, "string"),
    (WORKERS, "hash"),
    (DURATIONS, "hash"),
    (SWEPT, "string"),
    (HEALTH, "string"),
    (CONFIRMED, "string"),
];

/// The namespace as every key begins: `{barcelona}`.
pub fn namespace(name: &str) -> String {
    format!("{{{name}}}")
}

/// A key: `{barcelona}:<family>:<part>:…`
pub fn key(namespace: &str, family: &str, parts: &[&str]) -> String {
    [&[namespace, family], parts].concat().join(":")
}
