//! Bearer tokens, kept as hashes.

use super::script::{self, Arguments};
use super::{Store, StoreError, keys};

/// Who the bootstrap token belongs to.
const BOOTSTRAP_OWNER: &str = "bootstrap";

impl Store {
    /// Remembers the hash of the current bootstrap token, and replaces the one before when it changed.
    pub async fn remember_bootstrap_token(&self, hash: &str) -> Result<(), StoreError> {
        self.call(&script::BOOTSTRAP, Arguments::default().one(hash).one(BOOTSTRAP_OWNER)).await?;
        Ok(())
    }

    /// Who a token belongs to, by its hash: `bootstrap` for the bootstrap token.
    pub async fn token_owner(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let mut owner = redis::cmd("HGET");
        owner.arg(self.key(keys::TOKENS, &[])).arg(hash);
        self.query(owner).await
    }
}
