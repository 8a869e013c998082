//! The last words of a `bcn` that could not do what it was asked.

use bcn::ClientError;

use super::paint::{Stream, Tone, paint};
use super::problem;
use crate::exit::Ending;
use crate::options::Output;

/// Prints an error to stderr, and a refusal to stdout too when programs read it.
pub(crate) fn show(error: &anyhow::Error, output: Output) -> Ending {
    let title = paint("error:", Tone::Bad, Stream::Err);
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(refusal)) => {
            eprint!("{title} {}", problem::block(refusal, Stream::Err));
            if output == Output::Json
                && let Ok(document) = serde_json::to_string_pretty(refusal)
            {
                println!("{document}");
            }
        }
        Some(ClientError::Unreachable { .. } | ClientError::Unexpected { .. } | ClientError::Unreadable { .. })
        | None => {
            let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            causes.dedup();
            eprintln!("{title} {}", causes.join("\n  "));
        }
    }
    Ending::Failed
}
