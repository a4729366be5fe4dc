//! `lastframe import`: exit codes, one document, and a program that dies in the middle of it.

use std::path::{Path, PathBuf};

use crate::world::World;

fn video(path: &Path, shade: u8) {
    let mut writer = lastframe_media::VideoWriter::create(path, 64, 48, 4).unwrap();
    for number in 0..4_u8 {
        writer.push(&image::RgbImage::from_pixel(64, 48, image::Rgb([number * 40, 10, shade]))).unwrap();
    }
    writer.finish().unwrap();
}

fn videos(folder: &Path, count: u8) -> Vec<PathBuf> {
    let path = |number: u8| folder.join(format!("{number:02}.mp4"));
    (0..count).for_each(|number| video(&path(number), number * 20));
    (0..count).map(path).collect()
}

fn import(world: &World, files: &[PathBuf]) -> crate::world::Ran {
    let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    world.run(&[&["import", "--json"], files.as_slice()].concat())
}

/// How many clips there are, and how many files of clips. Last frames are drawn behind, as far as there is time; one that the
/// end of the program interrupted is taken away by the next.
fn count(world: &World) -> (u64, usize) {
    let clips = world.run(&["clips", "--json"]).json(0);
    let mut found = Vec::new();
    let mut waiting = vec![world.home().join("clips")];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { waiting.push(path) } else { found.push(path.display().to_string()) }
        }
    }
    found.retain(|path| !path.ends_with(".last.png") && !path.contains("/.lastframe-new/"));
    (clips["total"].as_u64().unwrap(), found.len())
}

#[test]
fn files_are_imported_and_what_is_not_taken_is_said_with_code_1() {
    let (world, outside) = (World::new(), tempfile::tempdir().unwrap());
    let mut files = videos(outside.path(), 3);
    let summary = import(&world, &files).json(0);
    assert_eq!(summary["clips"].as_array().unwrap().len(), 3);
    let again = import(&world, &files[..1]).json(0);
    assert_eq!(again["known"][0]["clip"], summary["clips"][0], "it is here already, which is no failure");
    let page = outside.path().join("page.mp4");
    std::fs::write(&page, "<html>").unwrap();
    files.push(page);
    let refused = import(&world, &files).json(1);
    assert_eq!(refused["refused"][0]["problem"], "not_a_video");
    assert!(world.jobs().is_empty(), "they are no jobs");
    assert_eq!(world.run(&["import"]).code, 2, "without a file it is bad usage");
    let words = world.run(&["import", files[0].to_str().unwrap()]).stdout;
    assert!(words.starts_with("0 imported, 1 in the library already."), "{words}");
}

#[cfg(unix)]
#[test]
fn a_death_in_the_middle_of_an_import_leaves_no_half_clip() {
    use std::os::unix::process::ExitStatusExt;
    for point in lastframe_library::crash::Point::OF_IMPORTS
        .map(lastframe_library::crash::Point::name)
        .into_iter()
        .chain(["beside-synced"])
    {
        let (world, outside) = (World::new(), tempfile::tempdir().unwrap());
        let files = videos(outside.path(), 5);
        let names: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
        let arguments = [&["import"], names.as_slice()].concat();
        let died = world.command(&arguments).env("LASTFRAME_CRASH_AT", point).output().unwrap();
        assert_eq!(died.status.signal(), Some(6), "{point}: the point was not hit");
        let summary = import(&world, &files).json(0);
        let (new, known) = (summary["clips"].as_array().unwrap().len(), summary["known"].as_array().unwrap().len());
        assert_eq!(new + known, 5, "{point}: every file is a clip now: {summary}");
        assert_eq!(count(&world), (5, 15), "{point}: three files each, and nothing of what the death left");
        let verified = world.run(&["library", "verify", "--json"]).json(0);
        assert_eq!(verified["intact"], 5, "{point}");
    }
}
