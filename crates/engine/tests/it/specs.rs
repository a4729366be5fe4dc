//! Live model specs: fetched over real HTTP, kept, judged again, and generated with.

use std::path::Path;

use lastframe_engine::{EngineError, SpecSource};
use lastframe_model::{
    Catalogue, Consent, Event, ExtraValue, Failure, FailureCode, JobState, ModelId, Origin, Provider, Request,
    Resolution, Settings, SpecProblem,
};
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};
use serde_json::{Value, json};

use crate::{Running, boat, eventually, start};

fn aurora() -> Value {
    let parameter = |name: &str, kind: &str, constraints: Value| json!({ "name": name, "path": format!("input[0].params.{name}"), "type": kind, "constraints": constraints });
    json!({
        "model_id": "aurora_v2", "name": "Aurora 2", "vendor": "Somebody", "type": "video",
        "description": "Northern lights.",
        "api": { "endpoint": "{base}/model/v1/generation", "method": "POST" },
        "parameters": [
            {
                "name": "content", "type": "array[object]", "required": true, "children": [
                    { "name": "type", "type": "string", "constraints": { "enum": ["text"] } },
                    { "name": "text", "type": "string" },
                ],
            },
            parameter("resolution", "string", json!({ "enum": ["480p"] })),
            parameter("duration", "integer", json!({ "min": 2, "max": 4, "default": 2 })),
            parameter("style", "string", json!({ "enum": ["film", "anime"] })),
            parameter("steps", "integer", json!({ "min": 1, "max": 50 })),
        ],
    })
}

fn hostile() -> Value {
    let mut spec = aurora();
    spec["model_id"] = "evil_v1".into();
    spec["api"]["endpoint"] = "https://evil.example/model/v1/generation".into();
    spec
}

struct World {
    folder: tempfile::TempDir,
    running: Running,
    rehearsal: Option<Rehearsal>,
}

impl World {
    async fn new(models: Vec<Value>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
        let rehearsal = Some(rehearse(folder.path(), &running, models).await);
        Self { folder, running, rehearsal }
    }

    fn source(&self) -> SpecSource {
        let address = self.rehearsal.as_ref().unwrap().address();
        SpecSource::new(Provider::Rehearsal, address, address).unwrap()
    }

    fn ledger(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("rehearsal/ledger.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn rehearse(folder: &Path, running: &Running, models: Vec<Value>) -> Rehearsal {
    let options = Options { speed: 100.0, models, ..Options::in_folder(folder.join("rehearsal")) };
    let rehearsal = Rehearsal::start(options).await.unwrap();
    running.engine.connect(Provider::Rehearsal, Client::new(rehearsal.address(), rehearsal.key()).unwrap());
    rehearsal
}

fn northern() -> Request {
    Request {
        model: ModelId::new("aurora_v2"),
        resolution: Resolution::P480,
        length: lastframe_model::Length::Seconds(2),
        extra: [("style".to_owned(), ExtraValue::Text("anime".into())), ("steps".to_owned(), ExtraValue::Number(20.0))]
            .into(),
        ..boat()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_nobody_has_heard_of_is_fetched_by_itself_and_makes_a_clip() {
    let world = World::new(vec![aurora(), hostile()]).await;
    let engine = &world.running.engine;
    assert_eq!(engine.catalogue(), Catalogue::built_in(), "nothing waits for live specs");
    engine.use_specs(Some(world.source())).await;
    eventually("the live specs", || engine.catalogue().live.fetched_at.is_some()).await;

    let catalogue = engine.catalogue();
    let model = catalogue.get(&ModelId::new("aurora_v2")).unwrap();
    assert_eq!((model.origin, model.description.as_deref()), (Origin::New, Some("Northern lights.")));
    assert_eq!(catalogue.models[..5], Catalogue::built_in().models, "its specs of the five agree with the program");
    let refused: Vec<_> = catalogue.live.refused.iter().map(|one| (one.model.as_str(), one.code)).collect();
    assert_eq!(refused, [("evil_v1", SpecProblem::Endpoint)], "refused whole, and said");
    let told = || world.running.events.lock().unwrap().contains(&Event::Catalogue(catalogue.clone()));
    eventually("whoever listens to learn of it", told).await;

    let mut wrong = northern();
    wrong.extra.insert("steps".into(), ExtraValue::Number(51.0));
    let refused = engine.enqueue(wrong, 1, Provider::Rehearsal, Consent::Within).await;
    assert!(matches!(refused, Err(EngineError::Invalid(problem)) if problem.parameter.as_deref() == Some("steps")));
    let jobs = engine.enqueue(northern(), 1, Provider::Rehearsal, Consent::Within).await.unwrap();
    assert_eq!(jobs[0].estimate.cost, None, "a model without a price has an estimate without a cost");
    world.running.until_state(&jobs[0].id, JobState::Done).await;

    let ledger = world.ledger();
    assert_eq!(ledger.len(), 1, "{ledger:?}");
    let clip = world.running.job(&jobs[0].id).clip.unwrap();
    let clip = engine.library().clip(&clip).unwrap().unwrap();
    assert_eq!(clip.request.extra, northern().extra, "the clip remembers what it was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_serves_offline_until_it_is_switched_off() {
    let mut world = World::new(vec![aurora()]).await;
    let source = world.source();
    world.running.engine.use_specs(Some(source.clone())).await;
    let fetched = world.running.engine.refresh_catalogue().await.unwrap();
    world.running.engine.shutdown().await;
    world.rehearsal.take().unwrap().shutdown().await;

    let again = start(world.folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
    again.engine.use_specs(Some(source.clone())).await;
    assert_eq!(again.engine.catalogue().models, fetched.models, "kept, and judged again");
    let failed = again.engine.refresh_catalogue().await;
    assert!(matches!(failed, Err(EngineError::Offline(_))), "{failed:?}");
    let offline = again.engine.catalogue();
    assert_eq!((offline.models.len(), offline.live.fetched_at), (6, fetched.live.fetched_at), "the old one goes on");
    assert!(offline.live.problem.is_some_and(|words| words.contains("could not be reached")), "and says why");
    let places = again.engine.library().places();
    let provider = Provider::Rehearsal;
    let kept = lastframe_engine::kept_catalogue(&places, &Settings::default(), &provider);
    assert_eq!(kept.models, fetched.models, "the command line reads the same");
    let off = Settings { live_specs: false, ..Settings::default() };
    assert_eq!(lastframe_engine::kept_catalogue(&places, &off, &provider), Catalogue::built_in());

    again.engine.use_specs(None).await;
    assert_eq!(again.engine.catalogue(), Catalogue::built_in(), "switched off, the built-in catalogue serves");
    assert_eq!(again.engine.refresh_catalogue().await.unwrap(), Catalogue::built_in(), "and nobody is asked");

    // Whatever stands in the file is other people's data.
    let file = places.models_file();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"max\":50", "\"max\":-50")).unwrap();
    again.engine.use_specs(Some(source.clone())).await;
    let judged = again.engine.catalogue();
    assert_eq!(judged.models.len(), 5, "a spec that is no longer sound is refused when it is read, too");
    assert_eq!(judged.live.refused[0].code, SpecProblem::Limits);
    for broken in ["", "{", "[]", "{\"version\":9,\"sources\":[]}"] {
        std::fs::write(&file, broken).unwrap();
        again.engine.use_specs(Some(source.clone())).await;
        assert_eq!(again.engine.catalogue(), Catalogue::built_in(), "{broken:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_model_lost_a_parameter_meanwhile_is_not_sent_without_it() {
    let world = World::new(vec![aurora()]).await;
    let engine = &world.running.engine;
    engine.use_specs(Some(world.source())).await;
    engine.refresh_catalogue().await.unwrap();
    engine.pause_queue(true).await.unwrap();
    let job = engine.enqueue(northern(), 1, Provider::Rehearsal, Consent::Within).await.unwrap().remove(0);
    let mut changed = engine.catalogue();
    changed.models.last_mut().unwrap().extra.retain(|parameter| parameter.name != "style");
    engine.use_catalogue(changed);
    engine.pause_queue(false).await.unwrap();
    let failed = world.running.until_state(&job.id, JobState::Failed).await;
    assert!(
        matches!(&failed.failure, Some(Failure { code: FailureCode::InvalidRequest, message, .. }) if message.contains("style")),
        "{failed:?}"
    );
    assert_eq!(world.ledger().len(), 0, "nothing was sent");
}
