//! Films without a window: continued from any frame, listed with their takes, and on their way out.

use std::path::Path;

use lastframe_library::{Library, Places};
use lastframe_media::{frame_at, probe};
use serde_json::Value;

use crate::world::World;

const SMALL: [&str; 4] = ["--resolution", "480p", "--duration", "2"];

fn generate(world: &World, arguments: &[&str]) -> Value {
    let made = world.rehearse(&[&["generate", "--json"], SMALL.as_slice(), arguments].concat()).json(0);
    made["clips"][0].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_film_is_listed_with_its_takes_and_leaves_as_one_file() {
    let world = World::new();
    let one = generate(&world, &["--prompt", "A paper boat"]);
    let two = generate(&world, &["--from", text(&one["id"]), "--prompt", "It sinks"]);
    let from = format!("{}@20", text(&one["id"]));
    let take = generate(&world, &["--from", &from, "--prompt", "It floats on"]);
    assert_eq!((&take["request"]["continues"], &take["request"]["continues_frame"]), (&one["id"], &20.into()));
    assert_eq!(two["request"]["continues_frame"], Value::Null, "the last frame is the usual one");
    let last = format!("{}@{}", text(&one["id"]), one["media"]["frames"].as_u64().unwrap() - 1);
    let estimate = ["generate", "--from", &last, "--prompt", "x", "--estimate", "--json"];
    assert_eq!(world.rehearse(&estimate).code, 0);
    let beyond = format!("{}@900", text(&one["id"]));
    assert_eq!(world.rehearse(&["generate", "--from", &beyond, "--prompt", "x"]).code, 2, "there is no such frame");
    assert_eq!(world.rehearse(&["generate", "--from", "x@y", "--prompt", "x"]).code, 2, "that is no number");

    let id = text(&two["id"]);
    let listed = world.run(&["film", id, "--json"]).json(0);
    assert_eq!((&listed["clips"][0]["id"], &listed["clips"][1]["id"]), (&one["id"], &two["id"]));
    assert_eq!((&listed["takes"][0], &listed["takes"][1][0]["id"]), (&Value::Array(Vec::new()), &take["id"]));
    let words = world.run(&["film", id]).stdout;
    assert!(words.contains(&format!("  or  {}", text(&take["id"]))), "{words}");

    // While another program runs jobs: only what is there is read.
    let places = Places::resolve(Some(world.home()), None).unwrap();
    let ownership = Library::open(places).unwrap().own("the window").unwrap();
    let out = world.home().join("out");
    std::fs::create_dir(&out).unwrap();
    let target = out.join("film.mp4");
    let film = ["film", id, "--out", target.to_str().unwrap(), "--json"];
    let left = world.run(&film).json(0);
    assert_eq!((text(&left["plan"]["route"]), left["file"].as_str()), ("join", target.to_str()));
    let frames = |clip: &Value| clip["media"]["frames"].as_u64().unwrap();
    assert_eq!(
        left["plan"]["frames"].as_u64().unwrap(),
        frames(&one) + frames(&two) - 1,
        "the repeated frame is left out"
    );
    let shown = |clip: &Value| frame_at(Path::new(text(&clip["file"])), 5).unwrap();
    assert_eq!(frame_at(&target, 5).unwrap(), shown(&one), "bit for bit");
    let kept = world.run(&[film.as_slice(), &["--keep-repeated", "--no-recipe"]].concat()).json(0);
    assert_eq!(kept["plan"]["frames"].as_u64().unwrap(), frames(&one) + frames(&two));
    assert_eq!(u64::from(probe(&target).unwrap().frames), frames(&one) + frames(&two), "what was there was replaced");
    drop(ownership);

    // The take is cut into the one before it; another size means encoding.
    let small =
        ["film", text(&take["id"]), "--out", target.to_str().unwrap(), "--size", "320x180", "--fps", "12", "--json"];
    let left = world.run(&small).json(0);
    assert_eq!(left["plan"]["route"], "reencode");
    let facts = probe(&target).unwrap();
    assert_eq!((facts.width, facts.height), (320, 180));

    let (folder, sheet) = (out.join("shots"), out.join("seams.png"));
    let both = ["film", id, "--edl", folder.to_str().unwrap(), "--contact-sheet", sheet.to_str().unwrap()];
    let ran = world.run(&both);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(folder.join("film.edl").is_file() && folder.join("film.fcpxml").is_file() && sheet.is_file());
    assert!(folder.join("01 A paper boat.mp4").is_file(), "{}", ran.stdout);
}

#[test]
fn what_cannot_leave_is_said_and_leaves_nothing() {
    let world = World::new();
    let one = generate(&world, &["--prompt", "A paper boat"]);
    let id = text(&one["id"]);
    let out = world.home().join("film.mp4");
    let target = out.to_str().unwrap();
    for (arguments, why) in
        [(["--size", "321x180"], "odd"), (["--size", "wide"], "no size"), (["--fps", "0"], "no rate")]
    {
        let ran = world.run(&[&["film", id, "--out", target], arguments.as_slice()].concat());
        assert_eq!(ran.code, 2, "{why}: {}", ran.stderr);
    }
    assert_eq!(world.run(&["film", id, "--size", "320x180"]).code, 2, "--size is nothing without --out");
    assert_eq!(world.run(&["film", "nowhere"]).code, 2);
    let inside = Path::new(text(&one["file"])).with_file_name("film.mp4");
    let ran = world.run(&["film", id, "--out", inside.to_str().unwrap(), "--json"]);
    assert_eq!(ran.json(1)["reason"]["code"], "in_library", "{}", ran.stderr);
    assert_eq!(world.run(&["trash", id]).code, 0);
    let ran = world.run(&["film", id, "--out", target, "--json"]);
    assert_eq!(ran.json(2)["reason"]["code"], "not_whole", "{}", ran.stderr);
    assert!(ran.stderr.contains("in the trash"), "it says which clip and why: {}", ran.stderr);
    assert!(!out.exists() && !inside.exists());
}
