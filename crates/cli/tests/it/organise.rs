//! Finding, marking and binning clips from the command line.

use lastframe_library::{Library, Places};

use crate::world::World;

const SMALL: [&str; 4] = ["--resolution", "480p", "--duration", "2"];

fn make(world: &World, prompt: &str) -> String {
    let made = world.rehearse(&[&["generate", "--json", "--prompt", prompt], SMALL.as_slice()].concat()).json(0);
    made["clips"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn clips_are_marked_found_binned_and_restored() {
    let world = World::new();
    let (tower, fox) = (make(&world, "黑色悬崖上的灯塔"), make(&world, "Two foxes in the snow"));
    let found = |arguments: &[&str]| -> Vec<String> {
        let page = world.run(&[&["clips", "--json"], arguments].concat()).json(0);
        page["clips"].as_array().unwrap().iter().map(|clip| clip["id"].as_str().unwrap().to_owned()).collect()
    };
    let marked = world.run(&[
        "mark",
        &tower,
        "--star",
        "--tag",
        "夜景",
        "--tag",
        "keeper",
        "--note",
        "光线太硬",
        "--name",
        "Opening",
        "--json",
    ]);
    let marked = marked.json(0);
    assert_eq!(
        (&marked["starred"], &marked["tags"][1], &marked["name"]),
        (&true.into(), &"keeper".into(), &"Opening".into())
    );
    for arguments in [
        ["--search", "灯塔"].as_slice(),
        &["--search", "太硬 open"],
        &["--starred"],
        &["--tag", "KEEPER", "--tag", "夜景"],
        &["--starred", "--model", "spark_dance_v1_0_lite_t2v", "--from", "2020-01-01", "--to", "2999-12-31"],
    ] {
        assert_eq!(found(arguments), [tower.as_str()], "{arguments:?}");
    }
    assert_eq!(found(&["--tag", "keeper", "--search", "fox"]), [""; 0]);
    assert_eq!(found(&["--to", "2020-01-01"]), [""; 0]);
    assert_eq!(found(&["--sort", "date", "--ascending"]), [tower.clone(), fox.clone()]);
    assert!(world.run(&["show", &tower]).stdout.contains("光线太硬"));

    let unmarked = world.run(&["mark", &tower, "--unstar", "--untag", "Keeper", "--name", "", "--json"]).json(0);
    assert_eq!(
        (&unmarked["starred"], &unmarked["name"], &unmarked["tags"]),
        (&false.into(), &serde_json::Value::Null, &serde_json::json!(["夜景"]))
    );

    let binned = world.run(&["trash", &fox, "--json"]).json(0);
    assert!(binned[0]["trashed_at"].is_string());
    assert_eq!((found(&[]), found(&["--trash"])), (vec![tower.clone()], vec![fox.clone()]));
    assert_eq!(world.run(&["trash", "--list", "--json"]).json(0)["total"], 1);
    let verified = world.run(&["library", "verify", "--json"]).json(0);
    assert_eq!(verified["intact"], 2, "what is in the trash is not lost");
    assert_eq!(world.run(&["library", "rebuild", "--json"]).json(0)["clips"], 2);
    assert_eq!(found(&["--trash"]), [fox.as_str()], "nor by a rebuild taken out of it");
    assert_eq!(found(&["--search", "太硬"]), [tower.as_str()]);
    world.run(&["trash", "--restore", &fox]);
    assert_eq!(found(&[]).len(), 2);
}

#[test]
fn what_cannot_be_done_is_said_in_the_words_and_codes_of_everything_else() {
    let world = World::new();
    let clip = make(&world, "boat");
    let refused = |arguments: &[&str], code: &str| {
        let document = world.run(&[arguments, &["--json"]].concat()).json(2);
        assert_eq!(document["code"], code, "{arguments:?}");
    };
    refused(&["mark", "gone", "--star"], "not_found");
    refused(&["trash", &clip, "gone"], "not_found");
    refused(&["mark", &clip, "--star", "--tag", " "], "invalid");
    refused(&["clips", "--from", "yesterday"], "invalid");
    let shown = world.run(&["show", &clip, "--json"]).json(0);
    assert_eq!((&shown["starred"], &shown["trashed_at"]), (&false.into(), &serde_json::Value::Null), "all or none");
    assert_eq!(world.run(&["mark", &clip]).code, 2, "nothing to do is bad usage");
    assert_eq!(world.run(&["trash"]).code, 2);

    let places = Places::resolve(Some(world.home()), None).unwrap();
    let _owned = Library::open(places).unwrap().own("the window").unwrap();
    refused(&["mark", &clip, "--star"], "busy");
    refused(&["trash", &clip], "busy");
    assert_eq!(world.run(&["clips", "--search", "boat"]).code, 0, "looking is free");
    assert_eq!(world.run(&["trash", "--list"]).code, 0);
}
