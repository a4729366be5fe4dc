//! How the engine stands as a whole, told when it changes: what is said once instead of on every job.

use lastframe_model::{Event, Hindrance, Standing};

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    pub(crate) async fn standing_now(&self) -> Result<Standing, EngineError> {
        let (paused, paused_because) =
            self.with_library(|library| Ok((library.is_paused()?, library.pause_cause()?))).await?;
        let hindrances = self.services.hindrances(self.clock.elapsed());
        let services: Vec<_> = hindrances.into_iter().map(|(provider, wait)| Hindrance { provider, wait }).collect();
        Ok(Standing {
            paused,
            paused_because,
            downloads: self.downloads.why(&services),
            services,
            spent_this_month: self.spent_this_month().await?,
        })
    }

    pub(crate) async fn pause_queue(&self, paused: bool) -> Result<Standing, EngineError> {
        {
            let _alone = self.pausing.lock().await;
            self.with_library(move |library| library.set_paused(paused)).await?;
        }
        self.tell_standing().await?;
        self.wake.notify_one();
        self.standing_now().await
    }

    /// Tells how the engine stands, if that is news.
    pub(crate) async fn tell_standing(&self) -> Result<(), EngineError> {
        // Held from looking until telling, so that an older standing is never told after a newer one.
        let mut told = self.standing.lock().await;
        let now = self.standing_now().await?;
        if *told != now {
            told.clone_from(&now);
            (self.events)(Event::Standing(now));
        }
        Ok(())
    }

    /// Tells that services can be called again or cannot, and makes everybody look who waits for that.
    pub(crate) async fn stands_differently(&self) {
        if let Err(error) = self.tell_standing().await {
            tracing::warn!(%error, "how the engine stands could not be told");
        }
        self.wake.notify_one();
        self.polls.wake.notify_one();
    }
}
