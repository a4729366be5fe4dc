//! Storyboards from the command line: priced, checked and made in order; stopped at a seam and gone on with.

use serde_json::Value;

use crate::world::World;

impl World {
    fn shots(&self, text: &str) -> String {
        let path = self.home().parent().unwrap().join("shots.csv");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn states(made: &Value) -> Vec<&str> {
    made["storyboard"]["shots"].as_array().unwrap().iter().map(|shot| shot["state"].as_str().unwrap()).collect()
}

const SMALL: [&str; 4] = ["--resolution", "480p", "--duration", "2"];

#[test]
fn shots_are_priced_first_and_made_one_after_the_other() {
    let world = World::new();
    let file = world.shots("A boat drifts\nIt turns\nIt lands\n");
    let priced = world.rehearse(&[&["storyboard", &file, "--estimate"], &SMALL[..]].concat());
    assert_eq!(priced.code, 0, "{}", priced.stderr);
    assert!(priced.stdout.contains("for 3 shots; nothing was sent"), "{}", priced.stdout);
    assert!(priced.stdout.contains("adjusted to begin with a frame"), "said beforehand: {}", priced.stdout);
    assert!(world.jobs().is_empty());
    let made = world.rehearse(&[&["--json", "storyboard", &file], &SMALL[..]].concat()).json(0);
    assert_eq!(states(&made), ["done", "done", "done"]);
    let shots = made["storyboard"]["shots"].as_array().unwrap();
    for pair in shots.windows(2) {
        assert_eq!(pair[1]["request"]["continues"], pair[0]["clip"], "each continues the one before it");
    }
    assert_eq!(made["clips"].as_array().unwrap().len(), 3);
    assert_eq!(world.jobs().len(), 3, "one job a shot");
}

#[test]
fn a_wrong_shot_ends_with_2_at_its_row_and_field_and_nothing_is_sent() {
    let world = World::new();
    for (text, said) in [
        ("prompt,duration\nA boat,5\nIt turns,99\n", "storyboard row 2 (line 3) --duration: "),
        ("prompt,duration\nA boat,5\nIt turns,soon\n", "storyboard row 2 (line 3) --duration: "),
        ("prompt,count\nA boat,2\n", "storyboard row 1 (line 2) --count: "),
        ("prompt,model\nA boat,\nIt turns,nobody\n", "storyboard row 2 (line 3) --model: "),
    ] {
        let ran = world.rehearse(&["storyboard", &world.shots(text)]);
        assert_eq!(ran.code, 2, "{text}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{text}: {}", ran.stderr);
    }
    let neither = world.rehearse(&["storyboard"]);
    assert_eq!(neither.code, 2, "a file, a storyboard or the list");
    assert!(world.jobs().is_empty());
}

#[test]
fn it_stops_at_each_seam_and_is_gone_on_with_by_its_id() {
    let world = World::new();
    let file = world.shots("A boat drifts\nIt turns\n");
    // Nobody answers: standard input is empty.
    let first = world.rehearse(&[&["--json", "storyboard", &file, "--approve-each"], &SMALL[..]].concat());
    let made = first.json(0);
    assert_eq!(states(&made), ["done", "waiting"]);
    assert!(first.stderr.contains("Shot 2 of 2: about $"), "the price of what is asked for: {}", first.stderr);
    let id = made["storyboard"]["id"].as_str().unwrap();
    let list = world.run(&["storyboard", "--list"]);
    assert!(list.stdout.contains(id) && list.stdout.contains("1 of 2 shots"), "{}", list.stdout);
    let idle = world.rehearse(&["run"]);
    assert_eq!(idle.code, 0, "{}", idle.stderr);
    assert_eq!(world.jobs().len(), 1, "`run` approves nothing");
    let made = world.rehearse(&["--json", "storyboard", "--resume", id]).json(0);
    assert_eq!(states(&made), ["done", "done"]);
    assert_eq!(world.jobs().len(), 2);
}
