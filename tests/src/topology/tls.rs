//! A server that speaks TLS only, with certificates of an authority that exists for this test alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use redis::{ClientTlsConfig, TlsCertificates};

use super::{Node, Servers, Topology};
use crate::process::free_port;

const PASSWORD: &str = "a-password-of-a-test";

/// What a client needs.
#[derive(Debug)]
pub(super) struct Files {
    /// The authority's certificate.
    pub(super) ca: PathBuf,
    /// The client's.
    pub(super) cert: PathBuf,
    /// And its key.
    pub(super) key: PathBuf,
}

pub(super) async fn start(dir: &Path) -> Result<Servers> {
    let files = certificates(dir)?;
    let Files { ca, cert, key } = &files;
    let port = free_port()?;
    let url = format!("rediss://default:{PASSWORD}@127.0.0.1:{port}");
    let client_tls = Some(ClientTlsConfig { client_cert: std::fs::read(cert)?, client_key: std::fs::read(key)? });
    let certificates = TlsCertificates { client_tls, root_cert: Some(std::fs::read(ca)?) };
    let client = redis::Client::build_with_tls(url.as_str(), certificates)?;
    let (port_text, ca, cert, key) = (port.to_string(), text(ca), text(cert), text(key));
    let listens = ["--port", "0", "--tls-port", &port_text, "--tls-ca-cert-file", &ca, "--requirepass", PASSWORD];
    let shows = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--appendonly", "yes", "--appendfsync", "always"];
    let program = Path::new("redis-server");
    let node = Node::start_on(port, client, program, "redis-tls", dir, &[listens, shows].concat()).await?;
    Ok(Servers { topology: Topology::Tls, nodes: vec![node], sentinels: vec![], url, tls: Some(files) })
}

/// One certificate serves both ends; the server is known by its address.
fn certificates(dir: &Path) -> Result<Files> {
    let path = |name: &str| dir.join(name);
    let (ca, ca_key, cert, key) = (path("ca.pem"), path("ca.key"), path("redis.pem"), path("redis.key"));
    let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    openssl(&new, &["-subj", "/CN=test authority", "-keyout", &text(&ca_key), "-out", &text(&ca)])?;
    let (by, by_key, into, into_key) = (text(&ca), text(&ca_key), text(&cert), text(&key));
    let named = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
    let leaf = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", &into_key, "-out", &into];
    openssl(&new, &[&named[..], &leaf, &["-CA", &by, "-CAkey", &by_key]].concat())?;
    Ok(Files { ca, cert, key })
}

fn openssl(command: &[&str], arguments: &[&str]) -> Result<()> {
    let made = Command::new("openssl").args(command).args(arguments).output()?;
    ensure!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
