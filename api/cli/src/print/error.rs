//! The last words of a `bcn` that could not do what it was asked.

use bcn::ClientError;
use shared::problem::{Code, Problem};

use super::paint::{Stream, Tone, paint};
use super::problem;
use crate::exit::Ending;
use crate::options::Output;

/// Prints an error to stderr, and a refusal to stdout too when programs read it.
pub(crate) fn show(error: &anyhow::Error, output: Output) -> Ending {
    let title = paint("error:", Tone::Bad, Stream::Err);
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(refusal)) => {
            eprint!("{title} {}", problem::block(&in_own_words(refusal), Stream::Err));
            if output == Output::Json
                && let Ok(document) = serde_json::to_string_pretty(refusal)
            {
                println!("{document}");
            }
        }
        Some(ClientError::Unreachable { may_have_arrived, .. }) => {
            // Between what bcn says and what the system said stand only the names of layers.
            let ours = error.chain().take_while(|cause| !cause.is::<reqwest::Error>()).map(ToString::to_string);
            let causes: Vec<String> = ours.chain(error.chain().last().map(ToString::to_string)).collect();
            eprintln!("{title} {}", causes.join("\n  "));
            if !may_have_arrived {
                eprintln!("  Is barcelona-api running there? --endpoint or BARCELONA_ENDPOINT says where it is.");
            }
        }
        Some(ClientError::Unexpected { .. } | ClientError::Unreadable { .. }) | None => {
            let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            causes.dedup();
            eprintln!("{title} {}", causes.join("\n  "));
        }
    }
    Ending::Failed
}

/// What helps is told in the words of the command line, where the API tells it in those of HTTP.
const ADVICE: [(Code, &str); 3] = [
    (Code::Unauthorized, "Set BARCELONA_TOKEN, or pass --token."),
    (Code::AmbiguousName, "Say which one with --district."),
    (Code::HasHeritages, "Delete them first, or pass --cascade."),
];

fn in_own_words(refusal: &Problem) -> Problem {
    let own = ADVICE.iter().find(|(code, _)| *code == refusal.code && refusal.advice == code.advice());
    match own {
        Some((_, advice)) => refusal.clone().advised(*advice),
        None => refusal.clone(),
    }
}
