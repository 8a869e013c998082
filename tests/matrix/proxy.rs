//! The way to Redis: a proxy in this process that knows each script by its file, and is where connections break.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::point::{Point, Side, Trouble};
use crate::resp;
use crate::seam::Seam;

/// Entries of the journal that are no point of their own: how many of them there are depends on how fast things go.
const PASSING: [&str; 3] = ["step_progress", "step_retry", "step_skipped"];

/// Scripts whose arguments hold entries that they write all of.
const WRITERS: [&str; 3] = ["checkpoint", "park", "finish"];

/// Scripts by their digest, as Redis told it when they were loaded.
static LOADED: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// The text of each script by the name of its file.
static SCRIPTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/store/lua");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let scripts = files.filter(|path| path.extension().is_some_and(|extension| extension == "lua"));
    scripts
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
});

/// Listens for connections to the Redis on `port`; returns its own port.
pub(crate) async fn listen(port: u16, seam: Arc<Seam>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let seam = seam.clone();
            tokio::spawn(async move {
                if let Ok(redis) = TcpStream::connect(("127.0.0.1", port)).await {
                    client.set_nodelay(true).ok();
                    redis.set_nodelay(true).ok();
                    // Whatever ends a connection is what a client of Redis must live with.
                    Connection { client, redis, seam }.serve().await.ok();
                }
            });
        }
    });
    own
}

struct Connection {
    client: TcpStream,
    redis: TcpStream,
    seam: Arc<Seam>,
}

impl Connection {
    async fn serve(mut self) -> std::io::Result<()> {
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        loop {
            let command = message(&mut self.client, &mut asked).await?;
            if resp::words(&command).first().is_some_and(|word| word.eq_ignore_ascii_case(b"SUBSCRIBE")) {
                self.redis.write_all(&command).await?;
                copy_bidirectional(&mut self.client, &mut self.redis).await?;
                return Ok(());
            }
            self.seam.redis_is_busy(true);
            let goes_on = self.pass(&command, &mut answered).await;
            self.seam.redis_is_busy(false);
            if !goes_on? {
                return Ok(());
            }
        }
    }

    /// Passes a command on and its answer back; whether the connection still stands.
    async fn pass(&mut self, command: &[u8], answered: &mut Vec<u8>) -> std::io::Result<bool> {
        let points = self.points(&resp::words(command));
        if let Some(trouble) = self.seam.meet(&points, Side::Before)
            && !self.suffer(trouble).await
        {
            return Ok(false);
        }
        self.redis.write_all(command).await?;
        let answer = message(&mut self.redis, answered).await?;
        learn(&resp::words(command), &answer);
        if points.iter().any(|point| matches!(point, Point::Entry { entry, .. } if entry == "undo_started")) {
            self.seam.goes_back();
        }
        if let Some(trouble) = self.seam.meet(&points, Side::After)
            && !self.suffer(trouble).await
        {
            return Ok(false);
        }
        self.client.write_all(&answer).await?;
        Ok(true)
    }

    /// Whether the connection lives through it.
    async fn suffer(&self, trouble: Trouble) -> bool {
        match trouble {
            Trouble::Kill => {
                self.seam.kill().await;
                false
            }
            Trouble::Cut => false,
            Trouble::Restart => {
                self.seam.act(trouble).await;
                false
            }
            Trouble::Cancel => {
                self.seam.act(trouble).await;
                true
            }
            Trouble::Throttle | Trouble::Refuse | Trouble::Lag | Trouble::LagAndCut => true,
        }
    }

    fn points(&self, words: &[&[u8]]) -> Vec<Point> {
        let [command, digest, rest @ ..] = words else { return vec![] };
        if !command.eq_ignore_ascii_case(b"EVALSHA") {
            return vec![];
        }
        let loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(script) = loaded.get(&*String::from_utf8_lossy(digest)) else { return vec![] };
        let mut points = vec![Point::Script { script: script.clone() }];
        if WRITERS.contains(&script.as_str()) {
            let kind = self.seam.kind();
            points.extend(rest.iter().filter_map(|word| entry(&kind, word)));
        }
        points
    }
}

/// The entry that an argument is.
fn entry(kind: &str, word: &[u8]) -> Option<Point> {
    if !word.starts_with(b"{\"type\":\"") {
        return None;
    }
    let entry: Value = serde_json::from_slice(word).ok()?;
    let (name, step) = (entry["type"].as_str()?, entry["step"].as_str().unwrap_or_default());
    let (kind, step) = (kind.to_owned(), step.to_owned());
    (!PASSING.contains(&name)).then(|| Point::Entry { kind, entry: name.to_owned(), step })
}

/// Remembers the digest of a script that was loaded.
fn learn(words: &[&[u8]], answer: &[u8]) {
    let [command, load, text] = words else { return };
    if !command.eq_ignore_ascii_case(b"SCRIPT") || !load.eq_ignore_ascii_case(b"LOAD") {
        return;
    }
    let text = String::from_utf8_lossy(text);
    let answer = String::from_utf8_lossy(answer);
    let name = SCRIPTS.iter().find(|(_, script)| text.ends_with(script)).map(|(name, _)| name.clone());
    if let (Some(name), Some(digest)) = (name, answer.lines().nth(1)) {
        LOADED.lock().unwrap_or_else(PoisonError::into_inner).insert(digest.to_owned(), name);
    }
}

/// The next message; what came after it stays in `buffer`.
async fn message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Vec<u8>> {
    loop {
        if let Some(length) = resp::length(buffer) {
            return Ok(buffer.drain(..length).collect());
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
