//! What a part is worth after the program or the power failed.

use super::*;

async fn kept(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("clip.part");
    let mut part = Part::open(&path).await.unwrap();
    part.restart(Some("\"one\"".to_owned())).await.unwrap();
    part.push(bytes).await.unwrap();
    part.keep().await.unwrap();
    path
}

#[tokio::test]
async fn only_what_was_made_durable_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = kept(&folder, &[1; 1000]).await;
    // A power cut: the file has grown, but what it holds beyond the sync is anything.
    std::fs::write(&path, [[1; 1000], [0; 1000]].concat()).unwrap();
    let part = Part::open(&path).await.unwrap();
    assert_eq!((part.length(), part.resumable()), (1000, Some("\"one\"")));
    assert_eq!(std::fs::read(&path).unwrap(), [1; 1000], "the rest is cut off");
}

#[tokio::test]
async fn a_part_shorter_than_its_mark_and_a_mark_that_cannot_be_read_resume_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = kept(&folder, &[1; 1000]).await;
    std::fs::write(&path, [1; 999]).unwrap();
    assert_eq!(Part::open(&path).await.unwrap().resumable(), None, "it lost bytes that were promised");
    for mark in ["", "\"one\"", "\0\0\0\0", "{\"etag\":\"\\\"one\\\"\",\"synced\":", "{\"etag\":null,\"synced\":9}"] {
        let path = kept(&folder, &[1; 1000]).await;
        std::fs::write(mark_of(&path), mark).unwrap();
        assert_eq!(Part::open(&path).await.unwrap().resumable(), None, "{mark}");
    }
}

#[tokio::test]
async fn starting_over_forgets_the_mark_before_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = kept(&folder, &[1; 1000]).await;
    let mut part = Part::open(&path).await.unwrap();
    part.restart(Some("\"two\"".to_owned())).await.unwrap();
    assert!(!mark_of(&path).exists(), "no mark until something is durable");
    part.push(&[2; 10]).await.unwrap();
    part.keep().await.unwrap();
    let part = Part::open(&path).await.unwrap();
    assert_eq!((part.length(), part.resumable()), (10, Some("\"two\"")));
}

#[tokio::test]
async fn a_long_download_is_made_durable_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.part");
    let mut part = Part::open(&path).await.unwrap();
    part.restart(Some("\"one\"".to_owned())).await.unwrap();
    let block = vec![7; 1024 * 1024];
    let due = [part.push(&block).await.unwrap(), part.push(&block).await.unwrap(), part.push(&block).await.unwrap()];
    assert_eq!((due, part.push(&block).await.unwrap()), ([false; 3], true), "after four megabytes");
}

#[tokio::test]
async fn a_whole_part_is_known_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = kept(&folder, &[1; 1000]).await;
    assert_eq!(whole_part(&path), None, "a part that is not finished is not whole");
    let done = Part::open(&path).await.unwrap().finish().await.unwrap();
    assert_eq!((done.bytes, done.sha256), (1000, hex::encode(Sha256::digest([1; 1000]))));
    assert_eq!(whole_part(&path).map(|found| found.bytes), Some(1000));
    let mut bytes = [1; 1000];
    bytes[500] = 0;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(whole_part(&path), None, "a block that the power cut took is noticed");
    forget_part(&path).unwrap();
    forget_part(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
