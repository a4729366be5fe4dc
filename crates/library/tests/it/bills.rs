//! What jobs were billed, found by their kind.

use lastframe_library::Completion;
use lastframe_model::{
    Bill, Billed, JobState, ModelId, Provider, RecentBills, Request, Resolution, ServiceTier, TaskId, Usd, catalogue,
};

use crate::{World, at, clip, job};

const ADDRESS: &str = "https://cloud.vtrix.ai";

fn service() -> Provider {
    Provider::Service { address: ADDRESS.into() }
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

impl World {
    /// A job that the service finished and billed; its video is here only if `fetched`.
    fn billed(&self, id: &str, provider: &Provider, request: Request, billed: Billed, fetched: bool) {
        let queued = lastframe_model::Job { provider: provider.clone(), ..job(id, request) };
        self.library.insert_jobs(std::slice::from_ref(&queued)).unwrap();
        self.library.begin_submit(&queued.id, "sha", at(0)).unwrap();
        let task = TaskId::new(id);
        self.library
            .move_job(&queued.id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(task))
            .unwrap();
        let completion = Completion { billed: billed.clone(), reply: "{}".into(), completed_at: None };
        let job = self.library.complete_job(&queued.id, &completion).unwrap();
        if fetched {
            let clip = lastframe_model::Clip { billed, ..clip(&job, 1) };
            let places = self.library.places();
            lastframe_library::write_file(&places.clip_file(&clip), id.as_bytes()).unwrap();
            self.library.finish_job(&places, &clip, "{}").unwrap();
        }
    }

    fn costs(&self, provider: &Provider, like: &Request) -> Vec<String> {
        let bills = self.library.bills(provider, like, 5).unwrap();
        bills.into_iter().map(|bill| bill.cost.to_string()).collect()
    }
}

fn cost(text: &str) -> Billed {
    Billed { cost: Some(usd(text)), tokens: Some(102_960.0), ..Billed::default() }
}

#[test]
fn the_last_five_bills_of_the_kind_are_found_newest_first() {
    let world = World::new();
    for number in 1..=7 {
        let billed = cost(&format!("0.190{number}"));
        world.billed(&format!("job-{number}"), &service(), Request::default(), billed, true);
    }
    assert_eq!(world.costs(&service(), &Request::default()), ["0.1907", "0.1906", "0.1905", "0.1904", "0.1903"]);
    let small = Request { resolution: Resolution::P480, seed: Some(4), ..Request::default() };
    assert_eq!(world.costs(&service(), &small).len(), 5, "size, seed and words are no kind");
    let bills = world.library.bills(&service(), &Request::default(), 1).unwrap();
    assert_eq!((bills[0].tokens, bills[0].estimate.cost), (Some(102_960.0), Some(usd("0.1853"))));
}

#[test]
fn another_model_tier_sound_draft_or_service_is_another_kind() {
    let world = World::new();
    let pro = Request { model: ModelId::new(catalogue::PRO_1_5), ..Request::default() };
    let elsewhere = Provider::Service { address: "https://other.example".into() };
    let kinds = [
        (service(), pro.clone()),
        (service(), Request { generate_audio: true, ..pro.clone() }),
        (service(), Request { service_tier: ServiceTier::Flex, ..pro.clone() }),
        (service(), Request { draft: true, ..pro.clone() }),
        (service(), Request { model: ModelId::new(catalogue::PRO), ..pro.clone() }),
        (elsewhere, pro.clone()),
        (Provider::Rehearsal, pro),
    ];
    for (number, (provider, request)) in kinds.iter().enumerate() {
        world.billed(&format!("job-{number}"), provider, request.clone(), cost(&format!("0.10{number}")), true);
    }
    for (number, (provider, request)) in kinds.iter().enumerate() {
        assert_eq!(world.costs(provider, request), [format!("0.10{number}")], "{provider:?} {request:?}");
    }
}

#[test]
fn only_what_was_billed_counts_and_a_video_on_its_way_is() {
    let world = World::new();
    world.billed("a", &service(), Request::default(), Billed::default(), true);
    assert_eq!(world.costs(&service(), &Request::default()), [""; 0], "the service did not say");
    world.billed("b", &service(), Request::default(), cost("0.1956"), false);
    assert_eq!(world.costs(&service(), &Request::default()), ["0.1956"], "it was billed, whatever its download does");
    world.library.insert_jobs(&[job("c", Request::default())]).unwrap();
    assert_eq!(world.costs(&service(), &Request::default()).len(), 1, "a queued job has no bill");
}

#[test]
fn a_drift_is_found_in_real_rows_and_a_rehearsal_is_never_taken_for_one() {
    let world = World::new();
    let prices = lastframe_model::PriceTable::default();
    for id in ["a", "b", "c"] {
        world.billed(id, &Provider::Rehearsal, Request::default(), cost("0.9999"), true);
    }
    let recent = |provider: &Provider| {
        let bills: Vec<Bill> = world.library.bills(provider, &Request::default(), 5).unwrap();
        RecentBills::of(&bills, &Request::default(), provider, &prices)
    };
    assert_eq!(recent(&service()), None, "pretended costs say nothing about a real price");
    let pretended = recent(&Provider::Rehearsal).unwrap();
    assert_eq!((pretended.count, pretended.suggestion), (3, None), "and suggest none");
    for id in ["d", "e"] {
        world.billed(id, &service(), Request::default(), cost("0.1956"), true);
    }
    let without_tokens = Billed { tokens: None, ..cost("0.1956") };
    world.billed("f", &service(), Request::default(), without_tokens, true);
    let told = recent(&service()).unwrap();
    assert_eq!((told.count, told.cost, told.same_size), (3, usd("0.1956"), true));
    assert_eq!((told.off, told.percent, told.suggestion), (true, Some(6), Some(usd("1.9"))));
}
