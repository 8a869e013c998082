//! What `REDIS_URL` says: one server, the nodes of a cluster, or sentinels and the name of what they guard.
//!
//! Names and passwords before the hosts are those of Redis; `?sentinel_auth=user:password` are those of the sentinels.

use std::path::Path;

use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo as _, RedisError,
    TlsCertificates,
};

use super::Settings;
use super::link::KEEPALIVE;

/// Where sentinels listen unless told otherwise.
const SENTINEL_PORT: u16 = 26379;

/// How the server that has our keys is found.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// It is this one.
    Single(Client),
    /// Any of these knows.
    Cluster(Vec<Client>),
    /// Any of these sentinels knows.
    Sentinel {
        /// The sentinels.
        sentinels: Vec<Client>,
        /// What they call it.
        master: String,
        /// How it is spoken to, once its host and port are known.
        like: Client,
    },
}

impl Address {
    /// Reads the settings; nothing is connected.
    pub(super) fn of(settings: &Settings) -> Result<Address, RedisError> {
        let url = &settings.redis_url;
        let certificates = certificates(settings)?;
        let open = |url: &str| open(url, certificates.as_ref());
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        match scheme.split_once('+') {
            Some((plain, "cluster")) => {
                let Parts { user, hosts, path, .. } = Parts::of(rest);
                if !path.is_empty() {
                    return Err(wrong("a cluster has no databases"));
                }
                let nodes = hosts.split(',').map(|host| open(&format!("{plain}://{user}{host}")));
                Ok(Address::Cluster(nodes.collect::<Result<_, _>>()?))
            }
            Some((plain, "sentinel")) => {
                let Parts { user, hosts, path, query } = Parts::of(rest);
                let (master, db) = path.split_once('/').unwrap_or((path, "0"));
                let auth = match query.split_once('=') {
                    Some(("sentinel_auth", auth)) => format!("{auth}@"),
                    None if query.is_empty() => String::new(),
                    Some(_) | None => return Err(wrong("sentinel_auth is all that may follow its question mark")),
                };
                if master.is_empty() {
                    return Err(wrong("the name of the master must follow the sentinels: host,host/name"));
                }
                let sentinel = |host: &str| open(&format!("{plain}://{auth}{}", with_port(host)));
                Ok(Address::Sentinel {
                    sentinels: hosts.split(',').map(sentinel).collect::<Result<_, _>>()?,
                    master: master.to_owned(),
                    like: open(&format!("{plain}://{user}localhost/{db}"))?,
                })
            }
            Some(_) | None => Ok(Address::Single(open(url)?)),
        }
    }
}

/// The same server settings for another host.
pub(super) fn like(client: &Client, host: &str, port: u16) -> Result<Client, RedisError> {
    let info = client.get_connection_info().clone();
    let addr = match info.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host: host.to_owned(), port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        _ => ConnectionAddr::Tcp(host.to_owned(), port),
    };
    Client::open(info.set_addr(addr))
}

/// The host of a client; empty for a socket.
pub(super) fn host(client: &Client) -> String {
    match client.get_connection_info().addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => host.clone(),
        _ => String::new(),
    }
}

/// `[user[:password]@]host[:port][,host[:port]…][/path][?query]`
struct Parts<'a> {
    /// With its `@`, or empty.
    user: &'a str,
    hosts: &'a str,
    path: &'a str,
    query: &'a str,
}

impl Parts<'_> {
    fn of(rest: &str) -> Parts<'_> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        Parts { user, hosts, path: path.trim_end_matches('/'), query }
    }
}

fn with_port(host: &str) -> String {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { host.to_owned() } else { format!("{host}:{SENTINEL_PORT}") }
}

fn open(url: &str, certificates: Option<&TlsCertificates>) -> Result<Client, RedisError> {
    let info: ConnectionInfo = url.into_connection_info()?.set_tcp_settings(tcp());
    match (info.addr(), certificates) {
        (ConnectionAddr::TcpTls { .. }, Some(certificates)) => Client::build_with_tls(info, certificates.clone()),
        _ => Client::open(info),
    }
}

/// A subscriber sends nothing: only keep-alive tells it that the other end is gone without a word.
fn tcp() -> TcpSettings {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    TcpSettings::default().set_nodelay(true).set_keepalive(keepalive)
}

fn certificates(settings: &Settings) -> Result<Option<TlsCertificates>, RedisError> {
    let Settings { redis_ca, redis_cert, redis_key, .. } = settings;
    let client_tls = match (redis_cert, redis_key) {
        (Some(cert), Some(key)) => Some(ClientTlsConfig { client_cert: read(cert)?, client_key: read(key)? }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(wrong("a certificate and its key belong together")),
    };
    let root_cert = redis_ca.as_deref().map(read).transpose()?;
    Ok((client_tls.is_some() || root_cert.is_some()).then_some(TlsCertificates { client_tls, root_cert }))
}

fn read(path: &Path) -> Result<Vec<u8>, RedisError> {
    std::fs::read(path).map_err(|error| {
        let why = format!("{}: {error}", path.display());
        RedisError::from((ErrorKind::InvalidClientConfig, "a file of certificates cannot be read", why))
    })
}

fn wrong(why: &'static str) -> RedisError {
    RedisError::from((ErrorKind::InvalidClientConfig, "REDIS_URL cannot be used", why.to_owned()))
}

#[cfg(test)]
mod tests;
