//! Models of live specs on the command line.

use serde_json::json;

use crate::world::World;

fn aurora() -> serde_json::Value {
    json!([{
        "model_id": "aurora_v2", "name": "Aurora 2", "type": "video", "description": "Northern lights.",
        "api": { "endpoint": "{base}/model/v1/generation", "method": "POST" },
        "parameters": [
            { "name": "content", "type": "array[object]", "required": true, "children": [
                { "name": "type", "type": "string", "constraints": { "enum": ["text"] } },
                { "name": "text", "type": "string" },
            ] },
            { "name": "resolution", "type": "string", "constraints": { "enum": ["480p"] } },
            { "name": "duration", "type": "integer", "constraints": { "min": 2, "max": 4 } },
            { "name": "style", "type": "string", "constraints": { "enum": ["film", "anime"] } },
            { "name": "steps", "type": "integer", "constraints": { "min": 1, "max": 50 } },
        ],
    }])
}

#[test]
fn a_new_model_is_listed_and_generated_with_by_its_parameters() {
    let world = World::new();
    let file = world.home().with_extension("models.json");
    std::fs::write(&file, aurora().to_string()).unwrap();
    let with = ["--rehearsal", "--rehearsal-speed", "50", "--rehearsal-models", file.to_str().unwrap()];
    let run = |arguments: &[&str]| world.run(&[&with, arguments].concat());

    assert_eq!(run(&["models", "--json"]).json(0)["models"].as_array().unwrap().len(), 5, "nobody was asked yet");
    let listed = run(&["models", "--refresh", "--json"]).json(0);
    assert_eq!(listed["models"][5]["id"], "aurora_v2");
    assert_eq!(listed["models"][5]["origin"], "new");
    let words = run(&["models"]).stdout;
    assert!(words.contains("Northern lights.") && words.contains("--param style=film|anime"), "{words}");

    let aurora = |more: &[&str]| {
        let usual =
            ["generate", "--model", "aurora_v2", "--prompt", "A boat", "--resolution", "480p", "--duration", "2"];
        run(&[&usual, more].concat())
    };
    for (param, words) in [
        ("steps=51", "steps is between 1 and 50."),
        ("steps=many", "steps is a whole number."),
        ("style=noir", "style is one of film, anime."),
        ("speed=1", "no parameter of the name speed"),
        ("steps", "is not NAME=VALUE"),
    ] {
        let ran = aurora(&["--param", param]);
        assert_eq!(ran.code, 2, "{param}: {}", ran.stderr);
        assert!(ran.stderr.contains("--param") && ran.stderr.contains(words), "{param}: {}", ran.stderr);
    }
    assert_eq!(world.jobs().len(), 0, "nothing was sent or written");

    let made = aurora(&["--param", "steps=20", "--param", "style=anime", "--json"]).json(0);
    assert_eq!(made["clips"][0]["request"]["extra"], json!({ "steps": 20.0, "style": "anime" }));
    assert_eq!(made["clips"][0]["media"]["height"], 480);
}
