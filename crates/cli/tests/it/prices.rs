//! The table of prices, and what it says of a request.

use lastframe_library::{Library, Places};
use serde_json::Value;

use crate::world::World;

const LITE: &str = "spark_dance_v1_0_lite_t2v";
const SMALL: [&str; 4] = ["--resolution", "480p", "--duration", "2"];

fn row<'a>(listed: &'a Value, model: &str) -> &'a Value {
    listed["table"]["prices"].as_array().unwrap().iter().find(|row| row["model"] == model).unwrap()
}

fn kind<'a>(listed: &'a Value, model: &str, sound: bool, tier: &str) -> &'a Value {
    let kinds = listed["kinds"].as_array().unwrap();
    kinds
        .iter()
        .find(|line| line["model"] == model && line["sound"] == sound && line["service_tier"] == tier)
        .unwrap_or_else(|| panic!("{model} {sound} {tier}: {listed}"))
}

#[test]
fn prices_are_listed_changed_and_reset() {
    let world = World::new();
    let list = || world.run(&["prices", "list", "--json"]).json(0);
    assert_eq!(kind(&list(), LITE, false, "default")["per_million"], "1.8", "the list price");
    assert_eq!(kind(&list(), LITE, false, "flex")["per_million"], "0.9");
    assert_eq!(kind(&list(), "spark_dance_v1_5_pro", true, "default")["per_million"], "2.4");

    let set = world.run(&["prices", "set", LITE, "--silent", "1.90", "--json"]).json(0);
    assert_eq!((&row(&set, LITE)["silent"], &row(&set, LITE)["with_audio"]), (&"1.9".into(), &"1.9".into()));
    let estimate = || world.run(&["generate", "--prompt", "x", "--estimate", "--json"]).json(0);
    assert_eq!(estimate()["total"], "0.1956", "102,960 tokens at 1.9");
    world.run(&["prices", "set", LITE, "--flex", "1.5"]);
    world.run(&["prices", "set", "--flex-share", "0.6"]);
    assert_eq!(kind(&list(), LITE, false, "flex")["per_million"], "1.5", "its own");
    assert_eq!(kind(&list(), "spark_dance_v1_0_pro", false, "flex")["per_million"], "1.5", "the share");

    let unknown = world.run(&["prices", "set", "new_model", "--flex", "1", "--json"]);
    assert!(unknown.json(2)["message"].as_str().unwrap().contains("--silent"), "half a price is no price");
    world.run(&["prices", "set", "new_model", "--silent", "3", "--with-audio", "4"]);
    assert_eq!(kind(&list(), "new_model", true, "default")["per_million"], "4");

    world.run(&["prices", "reset", LITE]);
    world.run(&["prices", "reset", "new_model"]);
    let listed = list();
    assert_eq!(row(&listed, LITE)["silent"], "1.8");
    assert!(row(&listed, LITE)["flex_silent"].is_null());
    assert!(!listed.to_string().contains("new_model"), "the list has no such model");
    assert_eq!(listed["table"]["flex_share"], "0.6", "only the one model was reset");
    assert_eq!(world.run(&["prices", "reset", "--json"]).json(0)["table"]["flex_share"], "0.5");
    assert!(world.run(&["prices", "list"]).stdout.contains("US dollars per million tokens"));
}

#[test]
fn what_is_no_price_is_refused_and_the_file_stays() {
    let world = World::new();
    world.run(&["prices", "set", LITE, "--silent", "2"]);
    let places = Places::resolve(Some(world.home()), None).unwrap();
    let file = || std::fs::read_to_string(places.settings_file()).unwrap();
    let before = file();
    for wrong in [
        ["prices", "set", LITE, "--silent=-1"].as_slice(),
        &["prices", "set", LITE, "--silent", "1000001"],
        &["prices", "set", "--flex-share", "1.5"],
        &["prices", "set", LITE, "--silent", "a"],
        &["prices", "set", LITE],
        &["prices", "set", "--silent", "1"],
    ] {
        assert_eq!(world.run(wrong).code, 2, "{wrong:?}");
        assert_eq!(file(), before, "{wrong:?}");
    }
    let refused = world.run(&["prices", "set", LITE, "--silent=-1", "--json"]).json(2);
    assert_eq!(refused["reason"], serde_json::json!({"kind": "setting", "code": "price"}));

    let _owned = Library::open(places.clone()).unwrap().own("the window").unwrap();
    let busy = world.run(&["prices", "set", LITE, "--silent", "3", "--json"]).json(2);
    assert_eq!(busy["code"], "busy", "the window would write over it");
    assert_eq!(world.run(&["prices", "list"]).code, 0, "looking is free");
}

#[test]
fn an_estimate_says_what_the_last_jobs_were_billed() {
    let world = World::new();
    let arguments = [&["generate", "--prompt", "x", "--estimate", "--json"], SMALL.as_slice()].concat();
    assert!(world.rehearse(&arguments).json(0)["billed"].is_null(), "nothing was billed yet");
    let two = [&["generate", "--prompt", "x", "--count", "2", "--json"], SMALL.as_slice()].concat();
    let made = world.rehearse(&two).json(0);
    // 864 · 480 · 48 / 1024 = 19,440 tokens at 1.8.
    assert_eq!(made["clips"][0]["billed"]["cost"], "0.0350");
    let estimate = world.rehearse(&arguments).json(0);
    assert_eq!(estimate["total"], "0.0350", "the document is the check, as before");
    let billed = &estimate["billed"];
    assert_eq!((&billed["count"], &billed["same_size"], &billed["off"]), (&2.into(), &true.into(), &false.into()));
    let real = world.connect("https://service.example", "sk-a-key-for-nobody", &arguments).json(0);
    assert!(real["billed"].is_null(), "a rehearsal is no bill of the service");
    let said = world.rehearse(&[&["generate", "--prompt", "x", "--estimate"], SMALL.as_slice()].concat());
    assert!(said.stdout.contains("the last 2 were billed $0.0350 each"), "{}", said.stdout);
}

#[test]
fn seconds_with_a_fraction_become_exact_frames() {
    let world = World::new();
    let at =
        |seconds: &str| world.rehearse(&["generate", "--prompt", "x", "--estimate", "--json", "--duration", seconds]);
    assert_eq!(at("2.4").json(0)["estimate"]["frames"], 57);
    assert_eq!(at("5").json(0)["estimate"]["frames"], 121);
    for wrong in ["0.5", "12.5", "-2.5", "99"] {
        let refused = at(wrong);
        assert_eq!(refused.json(2)["field"], "length", "{wrong}");
        assert!(refused.stderr.contains("--duration:"), "{wrong}: {}", refused.stderr);
    }
}
