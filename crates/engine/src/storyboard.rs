//! Storyboards: the jobs of shots written ahead, each made when the clip before it is there, from its last frame.
//!
//! Everything that decides is in the library: which shot is due, what was agreed to, and the one transaction that starts a
//! shot. What runs here can be cut off at any point and looks again afterwards; it may come twice, and pays once.

mod keep;

use std::collections::HashMap;

use lastframe_library::{LibraryError, ShotStart};
use lastframe_model::{
    Agreed, Approval, BoardRow, Consent, Guard, GuardBreach, Job, JobId, JobState, Provider, Request, ShotRow,
    Storyboard, StoryboardCheck, StoryboardId, Usd,
};
use tokio::sync::Notify;

use crate::error::EngineError;
use crate::guards::month_of;
use crate::run::Inner;

/// What is remembered of storyboards between two looks at them.
#[derive(Default)]
pub(crate) struct Boards {
    /// As they were last told. Held from reading until telling, so that an older one is never told after a newer one.
    told: tokio::sync::Mutex<HashMap<StoryboardId, Storyboard>>,
    /// Makes the keeper look again.
    wake: Notify,
}

/// Which shot is to be started, by a click that showed its price.
#[derive(Clone, Debug)]
pub struct ShotToRun {
    /// From 0.
    pub place: u32,
    /// The job that it has and that is replaced; `None` if it was not started.
    pub instead_of: Option<JobId>,
    /// Its prompt from now on, if it is another one.
    pub prompt: Option<String>,
}

impl Inner {
    pub(crate) fn check_storyboard(&self, shots: &[Request]) -> StoryboardCheck {
        StoryboardCheck::of(shots, &self.catalogue(), &self.settings().prices)
    }

    pub(crate) async fn start_storyboard(
        &self,
        act: String,
        shots: Vec<Request>,
        approval: Approval,
        provider: Provider,
        consent: Consent,
    ) -> Result<Storyboard, EngineError> {
        // Held until it is written down: the second click waits here, and then finds it done.
        let mut started = self.started.lock().await;
        if started.contains(&act) {
            return Err(EngineError::AlreadyStarted);
        }
        let check = self.check_storyboard(&shots);
        if let Some(problem) = check.problem {
            return Err(EngineError::Invalid(problem));
        }
        if let Some((place, problem)) = check.refusal() {
            return Err(at_shot(place, EngineError::Invalid(problem.clone())));
        }
        let costs: Vec<Option<Usd>> = check.shots.iter().map(|shot| shot.estimate.cost).collect();
        let shots: Vec<ShotRow> = check
            .shots
            .into_iter()
            .map(|shot| ShotRow { request: shot.request, job: None, spent: Usd::ZERO })
            .collect();
        // `refusal` has seen that there is one.
        let first = shots.first().map(|shot| shot.request.clone()).unwrap_or_default();
        let job = self.one_job(first, &provider).await.map_err(|error| at_shot(0, error))?;
        let alone = self.spending.lock().await;
        let now = self.clock.now();
        let board = BoardRow {
            id: self.ids.storyboard(now),
            agreed: self.agree(&provider, &costs, None, consent).await?,
            provider,
            approval,
            halted: false,
            wait: None,
            shots,
            made_at: now,
            revision: 0,
        };
        let (board, job) = self.with_library(move |library| library.insert_storyboard(&board, &job)).await?;
        drop(alone);
        started.insert(act);
        self.tell_job(&job);
        self.wake.notify_one();
        self.tell_storyboard(&board.id).await
    }

    /// Starts a shot because the person said so: the next one, or one that was started before, again.
    pub(crate) async fn run_storyboard(
        &self,
        id: &StoryboardId,
        shot: ShotToRun,
        consent: Consent,
    ) -> Result<Storyboard, EngineError> {
        let start = ShotStart {
            board: id.clone(),
            place: usize::try_from(shot.place).unwrap_or(usize::MAX),
            instead_of: shot.instead_of,
            prompt: shot.prompt,
            agreed: None,
            by_itself: false,
        };
        self.start_shot(start, consent).await?;
        self.tell_storyboard(id).await
    }

    /// Starts a shot once: with the last frame of the clip before it, if it passes the guards now.
    async fn start_shot(&self, mut start: ShotStart, consent: Consent) -> Result<(), EngineError> {
        let id = start.board.clone();
        let board = self.with_library(move |library| library.storyboard(&id)).await?;
        let place = start.place;
        let shot = board.shots.get(place).ok_or(LibraryError::ShotMoved)?;
        // The library looks again when it writes; this saves decoding a frame in vain.
        if shot.job.as_ref().map(|job| &job.id) != start.instead_of.as_ref() {
            return Err(LibraryError::ShotMoved.into());
        }
        if let Some(actual) = board.shots[place..].iter().find_map(keeps_from_running) {
            return Err(LibraryError::WrongState { actual }.into());
        }
        let mut request = shot.request.clone();
        if let Some(prompt) = &start.prompt {
            request.prompt.clone_from(prompt);
        }
        if let Some(before) = place.checked_sub(1).map(|before| &board.shots[before]) {
            let job = before.job.as_ref().filter(|job| job.state == JobState::Done).ok_or(LibraryError::ShotMoved)?;
            let clip = job.clip.clone().ok_or_else(|| LibraryError::NoSuchClip(lastframe_library::clip_of(&job.id)))?;
            let next = self.continue_from(&clip, None).await?.request;
            request = Request {
                first_frame: next.first_frame,
                continues: next.continues,
                continues_frame: next.continues_frame,
                ..request
            };
        }
        let job = self.one_job(request, &board.provider).await?;
        // From the look at what was spent until the new job counts as spent, nobody else may look.
        let alone = self.spending.lock().await;
        let mut costs = vec![job.estimate.cost];
        if board.approval == Approval::RunThrough && !start.by_itself {
            // The click is for all that goes on by itself after it.
            let rest = Storyboard::of(&board, &self.catalogue(), &self.settings().prices).shots;
            costs.extend(rest.iter().skip(place + 1).map(|shot| shot.estimate.cost));
        }
        start.agreed = self.agree(&board.provider, &costs, board.agreed.as_ref(), consent).await?;
        let (_, job, changed) = self.with_library(move |library| library.start_shot(&start, &job)).await?;
        drop(alone);
        for job in changed.iter().chain([&job]) {
            self.tell_job(job);
        }
        self.wake.notify_one();
        Ok(())
    }

    async fn one_job(&self, request: Request, provider: &Provider) -> Result<Job, EngineError> {
        self.jobs_of(request, 1, provider).await?.pop().ok_or(EngineError::Interrupted)
    }

    pub(crate) async fn halt_storyboard(&self, id: &StoryboardId) -> Result<Storyboard, EngineError> {
        let (wanted, now) = (id.clone(), self.clock.now());
        let (_, taken) = self.with_library(move |library| library.halt_storyboard(&wanted, now)).await?;
        if let Some(job) = taken {
            self.tell_job(&job);
            self.lanes.stop(&job.id);
            self.wake.notify_one();
        }
        self.tell_storyboard(id).await
    }

    pub(crate) async fn resume_storyboard(
        &self,
        id: &StoryboardId,
        consent: Consent,
    ) -> Result<Storyboard, EngineError> {
        let wanted = id.clone();
        let board = self.with_library(move |library| library.storyboard(&wanted)).await?;
        let rest = Storyboard::of(&board, &self.catalogue(), &self.settings().prices).shots;
        let costs: Vec<_> = rest.iter().filter(|shot| shot.job.is_none()).map(|shot| shot.estimate.cost).collect();
        let alone = self.spending.lock().await;
        let agreed = self.agree(&board.provider, &costs, board.agreed.as_ref(), consent).await?;
        let wanted = id.clone();
        self.with_library(move |library| library.resume_storyboard(&wanted, agreed.as_ref())).await?;
        drop(alone);
        self.boards.wake.notify_one();
        self.tell_storyboard(id).await
    }

    pub(crate) async fn change_shot(
        &self,
        id: &StoryboardId,
        place: u32,
        prompt: String,
    ) -> Result<Storyboard, EngineError> {
        let wanted = id.clone();
        let board = self.with_library(move |library| library.storyboard(&wanted)).await?;
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let mut planned: Vec<Request> = board.shots.into_iter().map(|shot| shot.request).collect();
        planned.get_mut(place).ok_or(LibraryError::ShotMoved)?.prompt.clone_from(&prompt);
        let check = self.check_storyboard(&planned);
        if let Some(problem) = check.shots[place].problems.iter().find(|problem| !problem.warning) {
            return Err(EngineError::Invalid(problem.clone()));
        }
        let wanted = id.clone();
        self.with_library(move |library| library.change_shot(&wanted, place, &prompt)).await?;
        self.tell_storyboard(id).await
    }

    pub(crate) async fn put_storyboard_away(&self, id: &StoryboardId) -> Result<(), EngineError> {
        let wanted = id.clone();
        self.with_library(move |library| library.put_storyboard_away(&wanted)).await?;
        self.boards.told.lock().await.remove(id);
        Ok(())
    }

    pub(crate) async fn storyboard(&self, id: &StoryboardId) -> Result<Storyboard, EngineError> {
        let id = id.clone();
        let board = self.with_library(move |library| library.storyboard(&id)).await?;
        Ok(Storyboard::of(&board, &self.catalogue(), &self.settings().prices))
    }

    pub(crate) async fn storyboards(&self) -> Result<Vec<Storyboard>, EngineError> {
        let boards = self.with_library(lastframe_library::Library::storyboards).await?;
        let (catalogue, prices) = (self.catalogue(), self.settings().prices);
        Ok(boards.iter().map(|board| Storyboard::of(board, &catalogue, &prices)).collect())
    }

    /// What is to be remembered of the person's yes, if these costs pass a guard that an earlier one did not cover.
    ///
    /// # Errors
    /// [`EngineError::NeedsYes`] if they do and there is no yes.
    async fn agree(
        &self,
        provider: &Provider,
        costs: &[Option<Usd>],
        before: Option<&Agreed>,
        consent: Consent,
    ) -> Result<Option<Agreed>, EngineError> {
        if !provider.is_paid() {
            return Ok(None);
        }
        let breaches = self.breaches(costs).await?;
        let news = breaches.iter().find(|breach| !before.is_some_and(|agreed| self.still_covers(agreed, breach)));
        match (news, consent) {
            (None, _) => Ok(None),
            (Some(breach), Consent::Within) => Err(EngineError::NeedsYes(*breach)),
            (Some(_), Consent::Beyond) => Ok(Some(Agreed { at: self.clock.now(), breaches })),
        }
    }

    /// A yes to passing a month's budget is one for that month.
    fn still_covers(&self, agreed: &Agreed, breach: &GuardBreach) -> bool {
        let month = |time| month_of(time, &self.time_zone);
        let same_month = month(agreed.at) == month(self.clock.now());
        agreed.covers(breach) && (breach.guard != Guard::MonthlyBudget || same_month)
    }
}

/// What keeps a shot from being run (again): a job under way, or one of which nobody knows whether it was paid for.
fn keeps_from_running(shot: &ShotRow) -> Option<JobState> {
    let state = shot.job.as_ref()?.state;
    (state.is_open() || state == JobState::Unknown).then_some(state)
}

fn at_shot(place: usize, error: EngineError) -> EngineError {
    EngineError::Row { row: u32::try_from(place + 1).unwrap_or(u32::MAX), error: Box::new(error) }
}
