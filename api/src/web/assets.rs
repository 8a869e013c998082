//! Style and script, in the binary. Their addresses carry a hash of what they hold, so browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("assets/ui.css");
const SCRIPT: &str = include_str!("assets/ui.js");
const ICON: &str = include_str!("assets/icon.svg");

/// `/ui/assets/ui.css?0123abcd`
pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| addressed("ui.css", STYLE));
/// `/ui/assets/ui.js?0123abcd`
pub(super) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| addressed("ui.js", SCRIPT));
/// `/ui/assets/icon.svg?0123abcd`
pub(super) static ICON_PATH: LazyLock<String> = LazyLock::new(|| addressed("icon.svg", ICON));

fn addressed(file: &str, content: &str) -> String {
    format!("/ui/assets/{file}?{}", hex::encode(&Sha256::digest(content)[..4]))
}

/// One of the files. They tell nothing, so nobody is asked who they are.
pub(super) async fn file(Path(file): Path<String>) -> Response {
    let (kind, content) = match file.as_str() {
        "ui.css" => ("text/css; charset=utf-8", STYLE),
        "ui.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _unknown => return StatusCode::NOT_FOUND.into_response(),
    };
    let keep = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], content).into_response()
}
