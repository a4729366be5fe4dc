//! The ledger from the command line: the same rows as the window's, as a table and as a document.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use lastframe_model::Usd;
use serde_json::Value;

use crate::world::World;

/// The practice service standing in for a hosted one.
struct Service {
    process: Child,
    address: String,
    key: String,
}

impl Service {
    fn start(world: &World) -> Self {
        let home = world.home().with_file_name("service");
        let home = home.to_str().unwrap();
        let process = world
            .command(&["--home", home, "rehearsal", "--port", "0", "--speed", "50", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From here on whatever ends the test ends the process.
        let mut service = Self { process, address: String::new(), key: String::new() };
        let mut said = String::new();
        for line in BufReader::new(service.process.stdout.take().unwrap()).lines() {
            said.push_str(&line.unwrap());
            if let Ok(document) = serde_json::from_str::<Value>(&said) {
                let text = |name: &str| document[name].as_str().unwrap().to_owned();
                (service.address, service.key) = (text("address"), text("key"));
                return service;
            }
        }
        panic!("the service said {said}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[test]
fn the_table_the_document_and_the_words_say_the_same_and_rehearsals_are_in_none() {
    let world = World::new();
    assert_eq!(world.run(&["usage"]).code, 0, "an empty library has a ledger too");
    let empty = world.run(&["usage", "--csv"]);
    assert!(empty.stdout.starts_with("day,made_at,prompt,model,"), "{}", empty.stdout);
    assert_eq!(empty.stdout.lines().count(), 1);

    let service = Service::start(&world);
    for (prompt, seconds) in [("=1+1 一只纸船", "2"), ("A ferry, \"slow\"", "3")] {
        let arguments = ["generate", "--prompt", prompt, "--duration", seconds, "--resolution", "480p"];
        let made = world.connect(&service.address, &service.key, &arguments);
        assert_eq!(made.code, 0, "{}", made.stderr);
    }
    assert_eq!(world.rehearse(&["generate", "--prompt", "practice", "--duration", "2"]).code, 0);

    let table = world.run(&["usage", "--csv"]);
    let mut reader = csv::Reader::from_reader(table.stdout.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let field =
        |row: &csv::StringRecord, name: &str| row[head.iter().position(|known| known == name).unwrap()].to_owned();
    assert_eq!(rows.len(), 2, "no rehearsal: {}", table.stdout);
    assert_eq!(field(&rows[0], "prompt"), "'=1+1 一只纸船", "no formula");
    assert_eq!(field(&rows[1], "prompt"), "A ferry, \"slow\"");
    assert!(rows.iter().all(|row| field(row, "owed") == "billed" && field(row, "state") == "done"));
    let sum: Usd = rows.iter().map(|row| usd(&field(row, "billed_usd"))).sum();

    let document = world.run(&["usage", "--json"]).json(0);
    assert_eq!(document["sum"]["billed"], sum.to_string());
    assert_eq!(document["rows"].as_array().unwrap().len(), 2);
    let words = world.run(&["usage"]);
    assert!(
        words.stdout.contains(&format!("in all                        ${sum} billed, 2 clips, 2 jobs")),
        "{}",
        words.stdout
    );

    let day = field(&rows[0], "day");
    let on = |from: &str, to: &str| world.run(&["usage", "--csv", "--from", from, "--to", to]).stdout.lines().count();
    assert_eq!(on("2020-01-01", "2020-12-31"), 1, "only the head");
    assert!(on(&day, &day) > 1, "both ends are included");
    assert_eq!(world.run(&["usage", "--from", "yesterday"]).code, 2);
    assert_eq!(world.run(&["usage", "--csv", "--json"]).code, 2, "one or the other");
}
