//! The vocabulary of Lastframe: what the desktop app, the command line, the engine and the
//! practice service all mean by a request, a job, a clip and a price.
//!
//! Nothing here does I/O, knows the wire format of the service, or reads a clock. Validation,
//! defaults, cost and the model catalogue live here and nowhere else, so that the form, the engine,
//! the command line and the rehearsal service cannot disagree. The types that the window sees are
//! exported to TypeScript from these definitions.

pub mod batch;
pub mod bills;
pub mod catalogue;
pub mod check;
pub mod clip;
pub mod continuation;
pub mod cost;
pub mod error;
pub mod event;
pub mod export;
pub mod extra;
pub mod film;
pub mod framing;
pub mod gallery;
pub mod ids;
pub mod image;
pub mod import;
pub mod job;
pub mod length;
pub mod live;
pub mod recall;
pub mod request;
pub mod session;
pub mod settings;
pub mod standing;
pub mod storyboard;
pub mod usage;

pub use batch::{Batch, BatchEntry, BatchError, BatchProblem, BatchRow, Unread, read_batch};
pub use bills::{Bill, RecentBills};
pub use catalogue::{Catalogue, Freshness, ImageMode, ModelSpec, Origin, RefusedSpec, Switches};
pub use check::{Check, Problem, ProblemCode};
pub use clip::{Billed, Clip, FileCheck, Film, MediaFacts};
pub use continuation::{Adjustment, Continuation};
pub use cost::{Estimate, PixelSize, Price, PriceTable, RatioSize, Usd};
pub use error::{ErrorCode, Field, FileProblem, IpcError, Reason, ServiceCode};
pub use event::Event;
pub use export::{ExportEnd, ExportOptions, ExportPlan, ExportProblem, ExportProgress, ExportReason, ExportRoute};
pub use extra::{ExtraKind, ExtraParameter, ExtraValue};
pub use film::{
    FilmCard, FilmChange, FilmProblem, FilmShot, FilmTake, FilmView, FilmsPage, SavedFilm, SeamKind, SeamMeasure,
    SeamVerdict, ShotTrouble,
};
pub use framing::{Background, Framing, FramingOffer, framing_offers};
pub use gallery::{
    Amount, CardState, ClipOrigin, CommonMarks, DayUse, DiskUse, Exported, Filter, GalleryQuery, Mark, MarkProblem,
    SavedSearch, Shape, Shelf, ShelfDay, Sort, SortKey, Span, TagCount,
};
pub use ids::{ClipId, FilmId, ImageId, JobId, ModelId, StoryboardId, TaskId};
pub use image::{ImageFormat, ImageRef};
pub use import::{DroppedFile, ImportProblem, ImportProgress, ImportSummary, KnownFile, KnownFilm, RefusedFile};
pub use job::{Failure, FailureCode, Job, JobState, Outcome, Provider, Wait, WaitReason};
pub use length::Length;
pub use live::{SpecError, SpecProblem};
pub use recall::{BoardDraft, Draft, PastPrompt, Preset, PresetProblem, ShotDraft};
pub use request::{Ratio, Request, Resolution, ServiceTier};
pub use session::{ClipPage, Notice, NoticeCode, Session};
pub use settings::{
    Consent, Door, Guard, GuardBreach, Guards, KeyState, KeyStatus, KeychainProblem, Language, Settings,
    SettingsProblem, Theme,
};
pub use standing::{Hindrance, PauseCause, Standing};
pub use storyboard::{
    Agreed, Approval, BoardRow, BoardState, BoardWait, Shot, ShotCheck, ShotRow, ShotState, Storyboard, StoryboardCheck,
};
pub use usage::{
    BudgetMark, BudgetWarning, Charge, Days, Owed, Sum, Usage, UsageFormat, UsagePage, UsageQuery, UsageRow, UsageSort,
    Week,
};
