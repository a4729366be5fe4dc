//! Following a storyboard: from shot to shot, until it needs the person or is done.

use std::collections::HashMap;

use lastframe_model::{BoardState, Event, Job, JobId, JobState, Storyboard, StoryboardId};

use super::{Followed, Work, interrupted, is_settled, progress, without_wait};
use crate::failure::CliError;

impl Work<'_> {
    /// Follows a storyboard until nothing more happens to it without the person; tells how its jobs go.
    pub async fn follow_board(&mut self, id: &StoryboardId) -> Result<Followed, CliError> {
        // As they were last heard of; what stands in the library may be a wait of an earlier run.
        let mut heard: HashMap<JobId, Job> = HashMap::new();
        let mut told: HashMap<JobId, String> = HashMap::new();
        let interrupted = interrupted();
        tokio::pin!(interrupted);
        loop {
            let board = self.engine.storyboard(id).await?;
            if self.rests(&board, &heard) {
                return Ok(Followed::Settled);
            }
            let event = tokio::select! {
                event = self.events.recv() => event,
                () = &mut interrupted => return Ok(Followed::Interrupted),
            };
            match event {
                None => return Ok(Followed::Settled),
                Some(Event::Standing(standing)) => self.say_standing(standing),
                Some(Event::Job(job)) if is_of(&board, &job) => {
                    let words = progress(&job);
                    if told.get(&job.id) != Some(&words) {
                        self.output.say(&words);
                        told.insert(job.id.clone(), words);
                    }
                    heard.insert(job.id.clone(), job);
                }
                Some(_) => {}
            }
        }
    }

    fn rests(&self, board: &Storyboard, heard: &HashMap<JobId, Job>) -> bool {
        if board.state != BoardState::Running {
            return true;
        }
        let connected = self.connected.contains(&board.provider);
        let turn = board.turn.and_then(|turn| board.shots.get(usize::try_from(turn).ok()?));
        let Some(job) = turn.and_then(|shot| shot.job.as_ref()) else {
            // It is about to be started, unless there is no way to its service.
            return !connected;
        };
        let job = match heard.get(&job.id) {
            Some(heard) => heard.clone(),
            None if connected => without_wait(job),
            None => job.clone(),
        };
        (job.state.is_open() && is_settled(&job)) || (self.paused && job.state == JobState::Queued)
    }
}

/// Whether a job is one of a storyboard's; one that was started a moment ago may not stand in the snapshot.
fn is_of(board: &Storyboard, job: &Job) -> bool {
    let known = board.shots.iter().any(|shot| shot.job.as_ref().is_some_and(|known| known.id == job.id));
    known || (job.created_at >= board.made_at && job.state == JobState::Queued && job.provider == board.provider)
}
