//! Calling the Lua scripts: one per transition, each a file of `lua/` behind the preludes that it builds on.

use std::num::ParseIntError;
use std::sync::LazyLock;
use std::time::Duration;

use redis::{FromRedisValue, Script, ScriptInvocation, ToRedisArgs, Value};

use super::link::Twice;
use super::operation::Raw;
use super::{Refusal, Store, StoreError, error, fields, moves};
use crate::ids::OperationId;
use crate::names::HeritageName;

/// A script with its preludes. `allow-oom`: it must also work when Redis' memory is full, because it frees things or
/// because work that has begun could not end without it.
macro_rules! script {
    ($name:ident, $flags:literal, $table:expr, [$($prelude:literal),*], $file:literal) => {
        #[doc = concat!("See `lua/", $file, "`.")]
        pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            let parts: &[&str] = &[
                concat!("#!lua ", $flags, "\n", include_str!("lua/prelude/names.lua")),
                $table,
                $(include_str!(concat!("lua/prelude/", $prelude)),)*
                include_str!(concat!("lua/", $file)),
            ];
            Script::new(&parts.concat())
        });
    };
}

/// A script that moves operations: it needs the table of moves, journal, order, records and endings.
macro_rules! transition {
    ($name:ident, $flags:literal, $last:literal, $file:literal) => {
        transition!($name, $flags, [$last], $file);
    };
    ($name:ident, $flags:literal, [$($last:literal),+], $file:literal) => {
        script!(
            $name,
            $flags,
            &moves::PRELUDE,
            ["journal.lua", "moves.lua", "order.lua", "record.lua", "ending.lua", $($last),+],
            $file
        );
    };
}

transition!(ACCEPT, "", ["admission.lua", "budget.lua", "limits.lua"], "accept.lua");
transition!(ACCEPT_DELETION, "flags=allow-oom", ["admission.lua", "budget.lua", "limits.lua"], "accept.lua");
transition!(CLAIM, "flags=allow-oom", "held.lua", "claim.lua");
transition!(CHECKPOINT, "flags=allow-oom", "held.lua", "checkpoint.lua");
transition!(PARK, "flags=allow-oom", "held.lua", "park.lua");
transition!(FINISH, "flags=allow-oom", "held.lua", "finish.lua");
transition!(RELEASE, "flags=allow-oom", "held.lua", "release.lua");
transition!(CANCEL, "flags=allow-oom", "admission.lua", "cancel.lua");
transition!(RETRY, "", ["admission.lua", "budget.lua", "limits.lua"], "retry.lua");
transition!(RETRY_DELETION, "flags=allow-oom", ["admission.lua", "budget.lua", "limits.lua"], "retry.lua");
transition!(ABANDON, "flags=allow-oom", "admission.lua", "abandon.lua");
transition!(QUARANTINE, "flags=allow-oom", "held.lua", "quarantine.lua");
transition!(REAP, "flags=allow-oom", "held.lua", "reap.lua");
transition!(SWEEP, "flags=allow-oom", "admission.lua", "sweep.lua");
script!(RENEW, "flags=allow-oom", "", [], "renew.lua");
script!(TAKE, "flags=allow-oom", "", ["budget.lua"], "take.lua");
script!(SHRINK, "flags=allow-oom", "", ["budget.lua"], "shrink.lua");
script!(DUTY, "flags=allow-oom", "", [], "duty.lua");
script!(BOOTSTRAP, "flags=allow-oom", "", [], "bootstrap.lua");
script!(RECORDED, "flags=no-writes", "", [], "recorded.lua");
script!(VIEWS, "flags=no-writes", "", [], "views.lua");
script!(EVENTS, "flags=no-writes", "", [], "events.lua");

/// The arguments of one call, in the order in which the script takes them.
#[derive(Default)]
pub(super) struct Arguments(Vec<Vec<u8>>);

impl Arguments {
    /// One value.
    pub(super) fn one(mut self, value: impl ToRedisArgs) -> Self {
        self.0.extend(value.to_redis_args());
        self
    }

    /// A value that may be absent: the empty text then.
    pub(super) fn optional(self, value: Option<impl ToRedisArgs>) -> Self {
        match value {
            Some(value) => self.one(value),
            None => self.one(""),
        }
    }

    /// A list: its length, then its items.
    pub(super) fn list<T: ToRedisArgs>(self, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Vec<u8>> = items.into_iter().flat_map(|item| item.to_redis_args()).collect();
        let mut with_length = self.one(items.len());
        with_length.0.extend(items);
        with_length
    }

    /// Names and values, as a list.
    pub(super) fn fields(self, fields: Vec<(String, String)>) -> Self {
        self.list(fields.into_iter().flat_map(|(name, value)| [name, value]))
    }
}

/// What a script answered: a word, and what follows it. Redis' clock has been read off already.
pub(super) struct Reply {
    /// What came of the call.
    pub(super) status: String,
    rest: std::vec::IntoIter<Value>,
}

impl Reply {
    /// The next value, which is a hash.
    pub(super) fn hash(&mut self) -> Result<Raw, StoreError> {
        self.next().map(fields::lossy)
    }

    /// The next value.
    pub(super) fn next<T: FromRedisValue>(&mut self) -> Result<T, StoreError> {
        redis::from_redis_value(self.rest.next().unwrap_or_default())
            .map_err(|source| error::of_redis(redis::RedisError::from(source)))
    }
}

impl Store {
    /// Calls a script, once: after a connection error the caller decides whether to call again. What certainly did not run
    /// is sent to the server that has our keys now.
    pub(super) async fn call(&self, script: &Script, arguments: Arguments) -> Result<Reply, StoreError> {
        let invocation = &self.invocation(script, arguments);
        let call = |mut connection| async move { invocation.invoke_async(&mut connection).await };
        self.understood(self.link().send(Twice::MayHarm, call).await.map_err(error::of_redis)?)
    }

    /// Calls a script that writes nothing.
    pub(super) async fn look(&self, script: &Script, arguments: Arguments) -> Result<Reply, StoreError> {
        let invocation = &self.invocation(script, arguments);
        let look = |mut connection| async move { invocation.invoke_async(&mut connection).await };
        self.understood(self.repeatable(look).await?)
    }

    pub(super) fn invocation<'a>(&self, script: &'a Script, arguments: Arguments) -> ScriptInvocation<'a> {
        let mut invocation = script.key(self.namespace());
        for argument in arguments.0 {
            invocation.arg(argument);
        }
        invocation
    }

    pub(super) fn understood(&self, answer: Vec<Value>) -> Result<Reply, StoreError> {
        let mut reply = Reply { status: String::new(), rest: answer.into_iter() };
        reply.status = reply.next()?;
        self.heard(reply.next()?);
        match reply.status.as_str() {
            "fenced" => Err(StoreError::Fenced),
            "refused" => Err(refused(&reply.next::<String>()?, &reply.next::<String>()?)),
            _ => Ok(reply),
        }
    }
}

fn refused(why: &str, detail: &str) -> StoreError {
    let operation = || OperationId::parse(detail).map_err(|wrong| error::corrupt("refusal", &wrong));
    let number = |text: &str| text.parse().map_err(|wrong: ParseIntError| error::corrupt("refusal", &wrong));
    let refusal = match why {
        "key_reused" => operation().map(Refusal::KeyReused),
        "superseded_by_later" => operation().map(Refusal::SupersededByLater),
        "wrong_state" => detail
            .parse()
            .map(Refusal::WrongState)
            .map_err(|wrong: strum::ParseError| error::corrupt("refusal", &wrong)),
        "has_heritages" => detail
            .split(' ')
            .map(HeritageName::parse)
            .collect::<Result<_, _>>()
            .map(Refusal::HasHeritages)
            .map_err(|wrong| error::corrupt("refusal", &wrong)),
        "reserved" => Ok(Refusal::Reserved(detail.to_owned())),
        "queue_full" => {
            detail.split(' ').map(number).collect::<Result<Vec<u64>, _>>().and_then(|told| match told[..] {
                [unfinished, limit, wait] => {
                    Ok(Refusal::QueueFull { unfinished, limit, wait: Duration::from_millis(wait) })
                }
                _ => Err(error::corrupt("refusal", &"it does not tell how full the queue is")),
            })
        }
        "budget_spent" => number(detail).map(|wait| Refusal::BudgetSpent { wait: Duration::from_millis(wait) }),
        "exists" => Ok(Refusal::Exists),
        "missing" => Ok(Refusal::Missing),
        "abandoned" => Ok(Refusal::Abandoned),
        "being_deleted" => Ok(Refusal::BeingDeleted),
        _ => Ok(Refusal::Stale),
    };
    refusal.map_or_else(|corrupt| corrupt, StoreError::Refused)
}
