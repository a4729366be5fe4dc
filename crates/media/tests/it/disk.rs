//! A disk that is full: it is said, and nothing is left.

use std::ops::ControlFlow;

use lastframe_media::{JoinError, Progress, join, reencode_with};
use lastframe_model::PixelSize;

use crate::films::{own, part};

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mut mount = std::process::Command::new("mount");
    if !mount
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&disk)
        .output()
        .is_ok_and(|done| done.status.success())
    {
        return; // not allowed here
    }
    let part = part(&own(folder.path(), "a.mp4", (320, 192), 0..24));
    let parts = vec![part; 6];
    let joined = join(&parts, &disk.join("film.mp4"), None, &mut on);
    let size = PixelSize { width: 320, height: 192 };
    let coded = |workers| reencode_with(&parts, &disk.join("film.mp4"), size, 24.0, workers, None, &mut on);
    let (alone, beside) = (coded(1), coded(3));
    let left = std::fs::read_dir(&disk).unwrap().count();
    let _ = std::process::Command::new("umount").arg("-l").arg(&disk).status();
    for result in [joined, alone, beside] {
        assert!(
            matches!(&result, Err(JoinError::Io(error)) if error.kind() == std::io::ErrorKind::StorageFull),
            "{result:?}"
        );
    }
    assert_eq!(left, 0, "nothing half-written");
}
