//! The vocabulary of Lastframe: what the desktop app, the command line, the engine and the
//! practice service all mean by a request, a job, a clip and a price.
//!
//! Nothing here does I/O, knows the wire format of the service, or reads a clock. Validation,
//! defaults, cost and the model catalogue live here and nowhere else, so that the form, the engine,
//! the command line and the rehearsal service cannot disagree. The types that the window sees are
//! exported to TypeScript from these definitions.

pub mod catalogue;
pub mod check;
pub mod clip;
pub mod continuation;
pub mod cost;
pub mod error;
pub mod event;
pub mod ids;
pub mod image;
pub mod job;
pub mod length;
pub mod request;
pub mod session;
pub mod settings;

pub use catalogue::{Catalogue, ImageMode, ModelSpec};
pub use check::{Check, Problem, ProblemCode};
pub use clip::{Billed, Clip, Film, MediaFacts};
pub use continuation::{Adjustment, Continuation};
pub use cost::{Estimate, PixelSize, Price, PriceTable, Usd};
pub use error::{ErrorCode, Field, IpcError, Reason, ServiceCode};
pub use event::Event;
pub use ids::{ClipId, ImageId, JobId, ModelId, TaskId};
pub use image::{ImageFormat, ImageRef};
pub use job::{Failure, FailureCode, Job, JobState, Outcome, Provider, Wait, WaitReason};
pub use length::Length;
pub use request::{Ratio, Request, Resolution, ServiceTier};
pub use session::{ClipPage, Notice, NoticeCode, Session};
pub use settings::{Door, KeyState, KeyStatus, KeychainProblem, Language, Settings, Theme};
