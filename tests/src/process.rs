//! Child processes of a test: built once, started on free ports, logged to a file, ended on drop.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A running child process.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output going to `<dir>/<name>.log`.
    pub fn start(name: &str, dir: &Path, command: &mut Command) -> Result<Process> {
        let log = dir.join(format!("{name}.log"));
        let out = std::fs::File::options().create(true).append(true).open(&log)?;
        let child = command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).spawn();
        Ok(Process { name: name.to_owned(), child: child.with_context(|| format!("{name} does not start"))?, log })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it with `SIGKILL` and waits until it is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop with `SIGTERM`, and waits until it has.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        Ok(self.child.wait()?)
    }

    /// Asks it to stop with `SIGTERM`, and lets others go on until it has.
    pub async fn stopped(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Holds it where it is, as a machine does that is starved: nothing of it runs, and its connections stay.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("the process has no id")?;
        Ok(kill_process(pid, signal)?)
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last lines of its log.
    pub fn log_tail(&self, lines: usize) -> String {
        let log = self.log();
        let all: Vec<&str> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_running() && self.kill().is_err() {
            eprintln!("{} (process {}) could not be ended", self.name, self.id());
        }
        if std::thread::panicking() {
            eprintln!("--- the end of {}'s log ---\n{}", self.name, self.log_tail(40));
        }
    }
}

/// A port that nothing listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Waits until `ready` says so; fails when the process ends first or it takes too long.
pub async fn until<F: AsyncFn() -> bool>(process: &mut Process, ready: F) -> Result<()> {
    let begun = Instant::now();
    while !ready().await {
        ensure!(process.is_running(), "{} ended at its start:\n{}", process.name, process.log_tail(40));
        if begun.elapsed() > STARTS_WITHIN {
            bail!("{} is not ready after {STARTS_WITHIN:?}:\n{}", process.name, process.log_tail(40));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// The path of one of the project's binaries, all of which are built (once a process, and at no cost when they are).
pub fn binary(name: &str) -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    let path = folder.clone().map_err(anyhow::Error::msg)?.join(name);
    ensure!(path.is_file(), "{} was not built", path.display());
    Ok(path)
}

/// Runs one of the project's suites of tests, which is built beside the running program: the command, not started yet.
pub fn suite(name: &str) -> Result<Command> {
    let mut command = cargo("test")?;
    command.args(["--quiet", "--workspace", "--test", name]);
    Ok(command)
}

/// Builds all binaries beside the running one, and returns their folder.
fn build() -> Result<PathBuf> {
    let mut command = cargo("build")?;
    ensure!(
        command.args(["--quiet", "--workspace", "--bins"]).status()?.success(),
        "the project's binaries do not build"
    );
    folder()
}

/// Cargo on this project, with the target folder that the running program is in.
fn cargo(subcommand: &str) -> Result<Command> {
    let folder = folder()?;
    let target = folder.parent().context("a profile's folder stands in the target folder")?;
    // At run time: the path of cargo when this was compiled would leave out the choice of the toolchain.
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).arg("--manifest-path").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    command.arg("--target-dir").arg(target);
    Ok(command)
}

/// Where the programs of the running one's profile stand.
fn folder() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().context("a program stands in a folder")?;
    let folder = if folder.ends_with("deps") { folder.parent().context("deps stands in a folder")? } else { folder };
    Ok(folder.to_owned())
}
