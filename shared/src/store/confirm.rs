//! Writes that count only once replicas have them.
//!
//! `WAIT` keeps its connection busy and answers for what was written on it. So confirmed calls have connections of their
//! own: nobody's renewal stands behind one that waits for a replica which is away.
//! <https://redis.io/docs/latest/commands/wait/>

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisError, Script, Value};
use tokio::sync::Semaphore;

use super::link::Node;
use super::script::{Arguments, Reply};
use super::{Store, StoreError, error};

/// How long replicas have to confirm.
const WITHIN: Duration = Duration::from_secs(1);
/// How many confirmed calls a process makes at once.
const AT_ONCE: usize = 32;
/// A call that repeats what was written before writes nothing: `WAIT` would answer at once. A mark is always written, and
/// replicas that have it have everything before it. It is written even when memory is full.
const MARK: &str = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1] .. ':confirmed', ARGV[1])";

/// What has replicas confirm writes.
pub(super) struct Confirming {
    replicas: u32,
    /// Connections that nobody uses just now, with the number of the node that they lead to.
    idle: Mutex<Vec<(u64, MultiplexedConnection)>>,
    places: Semaphore,
    /// The last call was not confirmed: claiming waits until one is.
    in_doubt: AtomicBool,
}

impl Confirming {
    /// By so many replicas; by none when it is zero.
    pub(super) fn by(replicas: u32) -> Confirming {
        let (places, in_doubt) = (Semaphore::new(AT_ONCE), AtomicBool::new(false));
        Confirming { replicas, idle: Mutex::default(), places, in_doubt }
    }

    fn take_idle(&self, number: u64) -> Option<MultiplexedConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(its, _)| *its == number);
        idle.pop().map(|(_, connection)| connection)
    }

    fn give_back(&self, number: u64, connection: MultiplexedConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((number, connection));
    }
}

/// Whether a script says that it left everything as it was, for now or for good.
fn wrote_nothing(answer: &[Value]) -> bool {
    let is = |word: &[u8]| [&b"none"[..], b"late", b"missing", b"acceptable", b"refused", b"fenced"].contains(&word);
    matches!(answer.first(), Some(Value::BulkString(word)) if is(word))
}

impl Store {
    /// Calls a script whose effect counts once enough replicas have it.
    pub(super) async fn call_confirmed(&self, script: &Script, arguments: Arguments) -> Result<Reply, StoreError> {
        let (reply, confirmed) = self.call_counted(script, arguments).await?;
        confirmed.map(|()| reply)
    }

    /// The same, for a caller that has to act on what was written and not confirmed.
    pub(super) async fn call_counted(
        &self,
        script: &Script,
        arguments: Arguments,
    ) -> Result<(Reply, Result<(), StoreError>), StoreError> {
        if self.confirming().replicas == 0 {
            return Ok((self.call(script, arguments).await?, Ok(())));
        }
        let invocation = &self.invocation(script, arguments);
        let call = |mut connection: MultiplexedConnection| async move {
            let answer: Vec<Value> = invocation.invoke_async(&mut connection).await?;
            let confirmed = match wrote_nothing(&answer) {
                true => None,
                false => Some(self.waited(&mut connection).await),
            };
            Ok((answer, confirmed))
        };
        let works = |(_, confirmed): &(_, Option<Result<_, _>>)| !matches!(confirmed, Some(Err(_)));
        let (answer, confirmed) = match self.on_own_connection(call, works).await {
            // It did not run there: it may on the server that has our keys now.
            Err(moved) if error::did_not_run(&moved) => self.on_own_connection(call, works).await,
            answered => answered,
        }
        .map_err(error::of_redis)?;
        Ok((self.understood(answer)?, confirmed.map_or(Ok(()), |confirmed| self.judged(confirmed))))
    }

    /// Whether enough replicas have everything that was written so far.
    pub(super) async fn confirmed(&self) -> Result<(), StoreError> {
        if self.confirming().replicas == 0 {
            return Ok(());
        }
        let wait = |mut connection: MultiplexedConnection| async move { self.waited(&mut connection).await };
        self.judged(self.on_own_connection(wait, |_| true).await)
    }

    /// Before a claim: as long as nothing is confirmed, claims would only be given back.
    pub(super) async fn no_doubt(&self) -> Result<(), StoreError> {
        if self.confirming().in_doubt.load(Ordering::Relaxed) { self.confirmed().await } else { Ok(()) }
    }

    /// Sends on a connection that is kept for the next call when it `works`.
    async fn on_own_connection<T, F>(
        &self,
        send: impl Fn(MultiplexedConnection) -> F,
        works: impl Fn(&T) -> bool,
    ) -> Result<T, RedisError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let confirming = self.confirming();
        let _place = confirming.places.acquire().await; // never closed: an error would only mean no limit
        let node: Node = self.link().node().await?;
        let connection = match confirming.take_idle(node.number) {
            Some(connection) => Ok(connection),
            None => node.own_connection().await,
        };
        self.link().learn(&node, &connection);
        let connection = connection?;
        let answered = send(connection.clone()).await;
        self.link().learn(&node, &answered);
        match &answered {
            Ok(answer) if works(answer) => confirming.give_back(node.number, connection),
            Ok(_) => self.link().lost(&node),
            Err(_) => {}
        }
        answered
    }

    /// How many replicas have what was written on this connection.
    async fn waited(&self, connection: &mut MultiplexedConnection) -> Result<u32, RedisError> {
        let mut pipe = redis::pipe();
        pipe.cmd("EVAL").arg(MARK).arg(1).arg(self.namespace()).arg(self.now().0).ignore();
        pipe.cmd("WAIT").arg(self.confirming().replicas).arg(u64::try_from(WITHIN.as_millis()).unwrap_or(u64::MAX));
        let (confirmed,) = pipe.query_async(connection).await?;
        Ok(confirmed)
    }

    fn judged(&self, confirmed: Result<u32, RedisError>) -> Result<(), StoreError> {
        let wanted = self.confirming().replicas;
        // A connection that broke while replicas were waited for confirms nothing either.
        let confirmed = confirmed.unwrap_or_default();
        self.confirming().in_doubt.store(confirmed < wanted, Ordering::Relaxed);
        if confirmed < wanted { Err(StoreError::Unconfirmed { confirmed, wanted }) } else { Ok(()) }
    }
}
