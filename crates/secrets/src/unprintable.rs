//! What the type of a key can never do, held by the compiler: a derive or a feature that changed it would not build.

use std::fmt::{Binary, Display, LowerHex, Pointer, UpperHex};

use secrecy::zeroize::ZeroizeOnDrop;
use secrecy::{ExposeSecret, SecretString};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::Keys;

assert_not_impl_any!(SecretString: Display, LowerHex, UpperHex, Binary, Pointer, serde::Serialize);
assert_not_impl_any!(SecretString: AsRef<str>, AsRef<[u8]>, std::ops::Deref, Into<String>, PartialEq, std::hash::Hash);
assert_not_impl_any!(Keys: Display, serde::Serialize, AsRef<str>, std::ops::Deref);
assert_impl_all!(SecretString: ZeroizeOnDrop, ExposeSecret<str>);

#[test]
fn what_can_be_printed_of_a_key_is_not_the_key() {
    let key = SecretString::from("sk-secret-0001");
    for shown in [format!("{key:?}"), format!("{key:#?}"), format!("{:?}", Keys::new(Some(key.clone())))] {
        assert!(!shown.contains("sk-") && !shown.contains("0001"), "{shown}");
    }
}
