//! Secrets by name, by ARN, and by ARN without the six characters at its end.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen>

use super::secret::Secret;
use super::{State, marked_for_deletion, no_such_secret};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// How many characters Secrets Manager puts behind a name in an ARN.
const SUFFIX: usize = 6;

/// The ARN of a new secret.
pub(super) fn new_arn(context: &mut Context<'_>, name: &str) -> String {
    let suffix = characters(&context.world.ids.hex(2 * SUFFIX));
    context.arn("secretsmanager", &format!("secret:{name}-{suffix}"))
}

/// Letters and digits out of pairs of hexadecimal digits.
fn characters(digits: &str) -> String {
    let alphabet: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let byte = |at: usize| digits.get(at..at + 2).and_then(|pair| usize::from_str_radix(pair, 16).ok());
    (0..digits.len() / 2).filter_map(|pair| byte(2 * pair)).map(|byte| alphabet[byte % alphabet.len()]).collect()
}

impl State {
    /// The secret with that name or ARN, deleted ones included.
    pub(super) fn find(&self, id: &str) -> Option<&Secret> {
        let Some((_, rest)) = id.split_once(":secret:") else { return self.secrets.get(id) };
        let full = rest.len().checked_sub(SUFFIX + 1).and_then(|end| self.secrets.get(rest.get(..end)?));
        full.filter(|secret| secret.arn == id).or_else(|| {
            // The partial ARN of one secret may look like the full one of another, which is why full ones come first.
            self.secrets.get(rest).filter(|secret| secret.arn.starts_with(id))
        })
    }

    /// The secret that a call names, deleted ones included.
    pub(super) fn named(&self, input: &Input<'_>) -> Result<&Secret, AwsError> {
        self.find(input.required("SecretId")?).ok_or_else(no_such_secret)
    }

    /// The same, to be changed.
    pub(super) fn named_mut(&mut self, input: &Input<'_>) -> Result<&mut Secret, AwsError> {
        let name = self.named(input)?.name.clone();
        self.secrets.get_mut(&name).ok_or_else(no_such_secret)
    }

    /// The secret that a call names, which must not wait for its deletion.
    pub(super) fn live_mut(&mut self, input: &Input<'_>) -> Result<&mut Secret, AwsError> {
        let secret = self.named_mut(input)?;
        if secret.deleted.is_some() { Err(marked_for_deletion()) } else { Ok(secret) }
    }
}
