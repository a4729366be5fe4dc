//! What was estimated is what is billed, over the whole contract.

use lastframe_model::{
    Catalogue, ImageMode, Length, ModelSpec, PriceTable, Provider, Ratio, Request, Resolution, ServiceTier, Settings,
    Usd,
};
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};

use crate::service::{Reply, Script, completed};
use crate::{World, boat, frame, png, start};

/// Model, sound and USD per million tokens online, as the reference has them.
const LIST: [(&str, bool, &str); 6] = [
    ("spark_dance_v1_0_lite_t2v", false, "1.8"),
    ("spark_dance_v1_0_lite_i2v", false, "1.8"),
    ("spark_dance_v1_0_pro", false, "2.5"),
    ("spark_dance_v1_0_pro_fast", false, "1.0"),
    ("spark_dance_v1_5_pro", false, "1.2"),
    ("spark_dance_v1_5_pro", true, "2.4"),
];

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_model_tier_and_sound_is_billed_in_rehearsal_what_stood_on_the_button() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { parallel_jobs: 4, ..Settings::default() };
    let running = start(folder.path(), Provider::Rehearsal, settings).unwrap();
    let options = Options { speed: 200.0, ..Options::in_folder(folder.path().join("rehearsal")) };
    let rehearsal = Rehearsal::start(options).await.unwrap();
    let client = Client::new(rehearsal.address(), rehearsal.key().clone()).unwrap();
    running.engine.connect(Provider::Rehearsal, client);
    let picture = image::imageops::resize(&frame(3), 640, 480, image::imageops::FilterType::Nearest);
    let picture = running.engine.keep_image(png(&picture)).await.unwrap();

    let catalogue = Catalogue::built_in();
    let mut made = Vec::new();
    for (model, sound, online) in LIST {
        let spec: &ModelSpec = catalogue.models.iter().find(|spec| spec.id.as_str() == model).unwrap();
        for tier in [ServiceTier::Default, ServiceTier::Flex] {
            let request = Request {
                model: spec.id.clone(),
                generate_audio: sound,
                service_tier: tier,
                resolution: Resolution::P480,
                ratio: Ratio::R1x1,
                length: if spec.exact_frames { Length::Frames(29) } else { Length::Seconds(4) },
                first_frame: (!spec.takes(ImageMode::Text)).then(|| picture.clone()),
                ..boat()
            };
            let button = running.engine.check(&request, 1).total.unwrap();
            // 640 · 640 / 1024 = 400 tokens a frame.
            let tokens = if spec.exact_frames { 29 * 400 } else { 96 * 400 };
            let share = if tier == ServiceTier::Flex { "0.5" } else { "1" };
            let exact = usd(online).amount()
                * usd(share).amount()
                * usd("0.000001").amount()
                * usd(&tokens.to_string()).amount();
            assert_eq!(button, Usd::new(exact).rounded(), "{model} {tier} {sound}");
            let job = running.engine.enqueue(request, 1, Provider::Rehearsal, lastframe_model::Consent::Within).await;
            made.push((job.unwrap().remove(0).id, button, tokens));
        }
    }
    assert_eq!(made.len(), 12);
    for (id, button, tokens) in made {
        let job = running.until_state(&id, lastframe_model::JobState::Done).await;
        let clip = running.engine.library().clip(&job.clip.clone().unwrap()).unwrap().unwrap();
        assert_eq!(clip.billed.cost, Some(button), "{:?}", job.request);
        assert_eq!(clip.billed.tokens, Some(f64::from(tokens)), "{:?}", job.request);
        let recent = running.engine.recent_bills(job.request.clone(), Provider::Rehearsal).await.unwrap().unwrap();
        assert_eq!((recent.count, recent.cost, recent.off), (1, button, false), "{:?}", job.request);
        let real = Provider::Service { address: "https://cloud.vtrix.ai".into() };
        let real = running.engine.recent_bills(job.request, real).await.unwrap();
        assert_eq!(real, None, "pretended costs are no bills of the service");
    }
    running.engine.shutdown().await;
    rehearsal.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_bills_otherwise_is_noticed_and_changes_no_price() {
    let world = World::new(Script::default()).await;
    for _ in 0..3 {
        let mut reply = completed(&world.service.address, false);
        reply["usage"]["cost"] = "0.1956".into();
        world.service.script().polls.push_back(Reply::Json(200, reply));
    }
    let running = world.connected();
    for _ in 0..3 {
        let id = running.enqueue().await;
        running.until_state(&id, lastframe_model::JobState::Done).await;
    }
    let provider = running.provider.clone();
    let told = running.engine.recent_bills(boat(), provider).await.unwrap().unwrap();
    assert_eq!((told.count, told.off, told.percent), (3, true, Some(6)));
    assert_eq!(told.suggestion, Some(usd("1.9")));
    assert_eq!(running.engine.check(&boat(), 1).total, Some(usd("0.1853")), "nobody changed the table");
    let mut prices = PriceTable::default();
    prices.prices[0].silent = usd("1.9");
    running.engine.change_settings(Settings { prices, ..Settings::default() });
    assert_eq!(running.engine.check(&boat(), 1).total, Some(usd("0.1956")));
    let told = running.engine.recent_bills(boat(), running.provider.clone()).await.unwrap().unwrap();
    assert_eq!((told.off, told.suggestion), (false, None), "now it agrees");
    running.engine.shutdown().await;
}
