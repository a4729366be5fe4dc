//! Signed links to results: they expire, and cannot be made up. Knows no task and no file.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// Makes and checks links. Its secret is the service's key, so links survive a restart.
pub(crate) struct Links {
    secret: Vec<u8>,
    lifetime: Duration,
}

impl Links {
    /// Links signed with `secret` that work for `lifetime`.
    pub fn new(secret: &str, lifetime: Duration) -> Self {
        Self { secret: Sha256::digest(format!("links {secret}")).to_vec(), lifetime }
    }

    /// Path and query of a fresh link to `file`, made at `now` (milliseconds since 1970).
    pub fn sign(&self, file: &str, now: i64) -> String {
        let lifetime = i64::try_from(self.lifetime.as_millis()).unwrap_or(i64::MAX);
        let expires = now.saturating_add(lifetime);
        let nonce = hex::encode(rand::random::<[u8; 6]>());
        let signature = self.signature(file, expires, &nonce);
        format!("/files/{file}?expires={expires}&nonce={nonce}&sig={signature}")
    }

    /// Whether a link was made here and still works at `now` (milliseconds since 1970).
    pub fn check(&self, file: &str, expires: i64, nonce: &str, signature: &str, now: i64) -> bool {
        same(self.signature(file, expires, nonce).as_bytes(), signature.as_bytes()) && now < expires
    }

    /// HMAC-SHA256 (RFC 2104) of what a link promises. The secret is 32 bytes, under the block size of 64.
    fn signature(&self, file: &str, expires: i64, nonce: &str) -> String {
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(&self.secret).for_each(|(pad, secret)| *pad ^= secret);
            block
        };
        let inner =
            Sha256::new().chain_update(pad(0x36)).chain_update(format!("{file}\n{expires}\n{nonce}")).finalize();
        hex::encode(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
    }
}

/// Whether two texts are equal, in a time that depends on their lengths only.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_expire_and_cannot_be_altered() {
        let links = Links::new("secret", Duration::from_secs(1));
        let link = links.sign("a/output.mp4", 1000);
        let part = |name: &str| {
            link.split(['?', '&']).find_map(|part| part.strip_prefix(name)).unwrap().trim_start_matches('=').to_owned()
        };
        let (expires, nonce, signature) = (part("expires").parse().unwrap(), part("nonce"), part("sig"));
        assert_eq!(expires, 2000);
        assert!(links.check("a/output.mp4", expires, &nonce, &signature, 1999));
        assert!(!links.check("a/output.mp4", expires, &nonce, &signature, 2000), "it has expired");
        assert!(!links.check("b/output.mp4", expires, &nonce, &signature, 1500), "it is for another file");
        assert!(!links.check("a/output.mp4", 9000, &nonce, &signature, 1500), "its time was changed");
        assert!(!Links::new("other", Duration::from_secs(1)).check("a/output.mp4", expires, &nonce, &signature, 1500));
        assert_ne!(link, links.sign("a/output.mp4", 1000), "every poll gives a fresh link");
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        // HMAC-SHA256 with a zero key of 32 bytes over "\n0\n", computed with Python's hmac module.
        let links = Links { secret: vec![0; 32], lifetime: Duration::ZERO };
        assert_eq!(links.signature("", 0, ""), "bc2699b2227d995f7a5f3ffedeb0ecba5a6333bdfc9645c1160456553994540b");
    }
}
