//! A TCP proxy whose connections can be cut, stalled, slowed down, or left half open.
//!
//! Stalled bytes arrive late, as a network delivers them late. A half-open connection is one whose other end went away
//! without a word: what is sent into it is never answered, and nobody is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// At once.
    Fair,
    /// Each piece this much later.
    Slow(Duration),
    /// Not until it is fair again.
    Stalled,
    /// New connections are refused.
    Refusing,
}

/// Which connections are meant: those with a lower number than these.
#[derive(Clone, Copy, Debug, Default)]
struct Doomed {
    cut: u64,
    half_open: u64,
}

/// A proxy in front of one address.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    to: SocketAddr,
    weather: watch::Sender<Weather>,
    doomed: watch::Sender<Doomed>,
    accepted: watch::Sender<u64>,
}

impl Proxy {
    /// Starts one before `127.0.0.1:to`.
    pub async fn before(to: u16) -> Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            to: SocketAddr::from(([127, 0, 0, 1], to)),
            weather: watch::Sender::new(Weather::Fair),
            doomed: watch::Sender::new(Doomed::default()),
            accepted: watch::Sender::new(0),
        });
        tokio::spawn(serve(listener, shared.clone()));
        Ok(Proxy { port, shared })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How bytes pass from now on.
    pub fn weather(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }

    /// Cuts every connection.
    pub fn cut(&self) {
        let so_far = *self.shared.accepted.borrow();
        self.shared.doomed.send_modify(|doomed| doomed.cut = so_far);
    }

    /// Leaves every connection open and passes nothing through it any more.
    pub fn half_open(&self) {
        let so_far = *self.shared.accepted.borrow();
        self.shared.doomed.send_modify(|doomed| doomed.half_open = so_far);
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((inner, _)) = listener.accept().await {
        let number = *shared.accepted.borrow();
        shared.accepted.send_replace(number + 1);
        if *shared.weather.borrow() == Weather::Refusing {
            continue;
        }
        tokio::spawn(connection(inner, shared.clone(), number));
    }
}

/// One connection, until either side or the proxy ends it. How it ends is told to nobody: both ends see it.
async fn connection(inner: TcpStream, shared: Arc<Shared>, number: u64) {
    let Ok(outer) = TcpStream::connect(shared.to).await else { return };
    let no_delay = inner.set_nodelay(true).and(outer.set_nodelay(true));
    let cut_with_reset = inner.set_zero_linger().and(outer.set_zero_linger());
    if no_delay.and(cut_with_reset).is_err() {
        return;
    }
    let mut doomed = shared.doomed.subscribe();
    let (mut from_inner, mut to_inner) = inner.into_split();
    let (mut from_outer, mut to_outer) = outer.into_split();
    tokio::select! {
        _ = pass(&mut from_inner, &mut to_outer, &shared, number) => {}
        _ = pass(&mut from_outer, &mut to_inner, &shared, number) => {}
        _ = doomed.wait_for(|doomed| doomed.cut > number) => {}
    }
}

async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    shared: &Shared,
    number: u64,
) -> std::io::Result<()> {
    let mut weather = shared.weather.subscribe();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        let now = *weather.borrow();
        if let Weather::Slow(pause) = now {
            tokio::time::sleep(pause).await;
        }
        // The sender lives as long as the proxy serves: waiting cannot fail before.
        if weather.wait_for(|now| *now != Weather::Stalled).await.is_err() {
            return Ok(());
        }
        if shared.doomed.borrow().half_open <= number {
            to.write_all(&piece[..length]).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets, and a connection to it through a proxy.
    async fn echo() -> (Proxy, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::before(listener.local_addr().unwrap().port()).await.unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        (proxy, stream)
    }

    async fn say(stream: &mut TcpStream) -> std::io::Result<usize> {
        stream.write_all(b"hello").await?;
        stream.read(&mut [0; 16]).await
    }

    #[tokio::test]
    async fn bytes_pass_and_a_cut_connection_is_dead_while_a_new_one_lives() {
        let (proxy, mut stream) = echo().await;
        assert_eq!(say(&mut stream).await.unwrap(), 5);
        proxy.cut();
        assert!(!matches!(stream.read(&mut [0; 16]).await, Ok(1..)));
        let mut again = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        assert_eq!(say(&mut again).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn stalled_bytes_arrive_when_it_is_fair_again() {
        let (proxy, mut stream) = echo().await;
        proxy.weather(Weather::Stalled);
        stream.write_all(b"hello").await.unwrap();
        let mut answer = [0; 16];
        let early = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut answer)).await;
        assert!(early.is_err());
        proxy.weather(Weather::Fair);
        assert_eq!(stream.read(&mut answer).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn a_half_open_connection_is_silent_and_a_new_one_is_not() {
        let (proxy, mut stream) = echo().await;
        assert_eq!(say(&mut stream).await.unwrap(), 5);
        proxy.half_open();
        let silent = tokio::time::timeout(Duration::from_millis(50), say(&mut stream)).await;
        assert!(silent.is_err());
        let mut again = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        assert_eq!(say(&mut again).await.unwrap(), 5);
    }
}
