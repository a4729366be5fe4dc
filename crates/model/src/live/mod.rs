//! From a live model spec to what a form may offer.
//!
//! A spec is data written by somebody else. It decides which controls are shown and which values are sent, so it is
//! believed only whole: a type that is wrong, a limit that contradicts itself or a text that could mislead refuses all
//! of it. What it merely offers beyond this version (a resolution without a known size, say) is left out and named. The
//! address in it is compared and never called.
//!
//! | part of a spec | read as |
//! |---|---|
//! | `content` | prompt and picture roles; a model without it cannot be spoken to |
//! | the parameters of the reference | the form's own controls, narrowed to what the spec says |
//! | a `resolution` or `ratio` none of whose words has a known size | a choice like any other extra |
//! | other strings, numbers, booleans | [`crate::extra::ExtraParameter`] |
//! | other arrays and objects | left out; refused when they are required |

mod constraints;
mod content;
mod known;
mod problem;
mod read;
#[cfg(test)]
mod tests;
mod texts;

pub use problem::{SpecError, SpecProblem};
pub use read::{MAX_PARAMETERS, Summary, is_model_id, read};
pub use texts::{NAME_MAX, TEXT_MAX, plain_line, shown};
