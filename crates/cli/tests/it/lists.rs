//! Lists and pictures from the command line: the words of the form, the errors of the form, and nothing sent when
//! anything is wrong.

use crate::world::World;

/// A BMP of one colour: a real picture, made without a library.
fn bmp(width: u32, height: u32) -> Vec<u8> {
    let row = (width * 3).next_multiple_of(4);
    let size = 54 + row * height;
    let mut bytes = Vec::with_capacity(size as usize);
    bytes.extend(b"BM");
    for number in [size, 0, 54, 40, width, height, 0x0018_0001, 0, row * height, 2835, 2835, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.resize(size as usize, 0x60);
    bytes
}

impl World {
    /// A file in the folder of this test.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let folder = self.home().parent().unwrap().join("files");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[test]
fn a_wrong_picture_ends_with_2_at_its_flag_and_crop_or_fit_mend_it() {
    let world = World::new();
    let tiny = world.file("tiny.bmp", &bmp(200, 120));
    let junk = world.file("junk.png", b"no picture");
    for (flag, file, field) in [
        ("--first-frame", &tiny, "first_frame"),
        ("--first-frame", &junk, "first_frame"),
        ("--reference", &tiny, "reference_images"),
    ] {
        let ran = world.rehearse(&["--json", "generate", "--prompt", "x", flag, file]);
        assert_eq!(ran.json(2)["field"], field, "{}", ran.stderr);
        assert!(ran.stderr.contains(flag), "{}", ran.stderr);
    }
    let last = world.rehearse(&["generate", "--prompt", "x", "--crop", "--first-frame", &tiny, "--last-frame", &junk]);
    assert_eq!(last.code, 2, "what cannot be read cannot be mended: {}", last.stderr);
    assert!(last.stderr.contains("--last-frame"), "{}", last.stderr);
    assert!(world.jobs().is_empty(), "nothing was sent or written");
    for how in ["--crop", "--fit"] {
        let made = world.rehearse(&["--json", "generate", "--prompt", "x", how, "--first-frame", &tiny]);
        let made = made.json(0);
        let frame = &made["jobs"][0]["request"]["first_frame"];
        assert_eq!((&frame["width"], &frame["height"], &frame["format"]), (&1248.into(), &704.into(), &"png".into()));
    }
    let both = world.rehearse(&["generate", "--prompt", "x", "--crop", "--fit", "--first-frame", &tiny]);
    assert_eq!(both.code, 2, "one or the other");
}

#[test]
fn a_list_with_wrong_rows_ends_with_2_and_sends_nothing() {
    let world = World::new();
    let list =
        world.file("shots.csv", b"prompt,duration,first_frame\r\nA boat,5,\r\n\r\nA cat,99,\r\nA dog,,gone.png\r\n");
    let ran = world.rehearse(&["--json", "generate", "--batch", &list]);
    assert_eq!(ran.json(2)["field"], "length");
    assert!(ran.stderr.contains("--batch row 2 (line 4) --duration: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("--batch row 3 (line 5) --first-frame: "), "all of them are said: {}", ran.stderr);
    assert!(world.jobs().is_empty(), "not the first row either");
    let priced = world.rehearse(&["generate", "--batch", &list, "--estimate"]);
    assert_eq!(priced.code, 2, "{}", priced.stdout);
    assert!(priced.stdout.contains("row 1  about $0.1853") && priced.stdout.contains("row 2  --duration: "));
    assert!(priced.stdout.contains("for 1 of 3 rows; nothing was sent"), "{}", priced.stdout);
    for (name, bytes) in
        [("empty.txt", &b"\n"[..]), ("binary.txt", b"\xf0\x28\x8c"), ("open.csv", b"prompt\n\"A boat\n")]
    {
        let refused = world.rehearse(&["generate", "--batch", &world.file(name, bytes)]);
        assert_eq!(refused.code, 2, "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains("--batch: "), "{name}: {}", refused.stderr);
    }
}

#[test]
fn a_list_is_made_with_what_its_rows_say_and_the_flags_say_for_all() {
    let world = World::new();
    world.file("photo.bmp", &bmp(640, 360));
    let list = "prompt,model,first_frame,count,seed\nA boat,,,2,7\nA cat,Pro,photo.bmp,,\n";
    // As a spreadsheet on Windows writes it.
    let wide: Vec<u8> = [0xfeff].into_iter().chain(list.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let list = world.file("shots.csv", &wide);
    let made =
        world.rehearse(&["--json", "generate", "--batch", &list, "--resolution", "480p", "--duration", "3"]).json(0);
    let jobs = made["jobs"].as_array().unwrap();
    let prompts: Vec<&str> = jobs.iter().map(|job| job["request"]["prompt"].as_str().unwrap()).collect();
    assert_eq!(prompts, ["A boat", "A boat", "A cat"]);
    assert!(jobs.iter().all(|job| job["request"]["resolution"] == "480p" && job["state"] == "done"));
    assert_eq!((&jobs[0]["request"]["seed"], &jobs[1]["request"]["seed"]), (&7.into(), &8.into()));
    assert_eq!(jobs[2]["request"]["first_frame"]["id"].as_str().unwrap().len(), 64, "the picture is in the library");
    let priced = world.rehearse(&["--json", "generate", "--batch", &list, "--estimate"]).json(0);
    assert_eq!(priced["rows"][1]["request"]["model"], "spark_dance_v1_0_pro");
}
