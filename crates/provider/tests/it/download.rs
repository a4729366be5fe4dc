//! Downloads: whole, resumed, cut, stalled, redirected, too large, and things that are no file.

use std::path::PathBuf;
use std::sync::Mutex;

use lastframe_provider::{Bounds, Client, DownloadError, Downloaded, Link, whole_part};
use sha2::{Digest, Sha256};

use crate::server::{Script, Server, answer, header};

const LIMIT: u64 = 1_000_000;
const BOUNDS: Bounds = Bounds { most: LIMIT, said: None, spare: 0 };

struct Fetch {
    folder: tempfile::TempDir,
    progress: Mutex<Vec<(u64, Option<u64>)>>,
}

impl Fetch {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), progress: Mutex::default() }
    }

    /// A part that broke off earlier.
    fn with_part(bytes: &[u8], etag: Option<&str>) -> Self {
        let fetch = Self::new();
        std::fs::write(fetch.part(), bytes).unwrap();
        if let Some(etag) = etag {
            let mark = serde_json::json!({"etag": etag, "synced": bytes.len(), "sha256": null});
            std::fs::write(fetch.mark(), mark.to_string()).unwrap();
        }
        fetch
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("clip.part")
    }

    fn mark(&self) -> PathBuf {
        self.folder.path().join("clip.part.etag")
    }

    async fn run(&self, client: &Client, url: &str) -> Result<Downloaded, DownloadError> {
        let link = Link::parse(url).unwrap();
        let note = |received, total| self.progress.lock().unwrap().push((received, total));
        client.download(&link, &self.part(), BOUNDS, note).await
    }

    async fn from(&self, server: &Server) -> Result<Downloaded, DownloadError> {
        self.run(&server.client(), &format!("{}/v.mp4?sig=topsecret", server.address)).await
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.part()).unwrap()
    }
}

fn file() -> Vec<u8> {
    (0..50_000_u32).flat_map(u32::to_be_bytes).collect()
}

fn whole(etag: &str) -> Script {
    Script::Send(answer("200 OK", &[("ETag", etag), ("Content-Type", "video/mp4")], file()))
}

fn tail(from: usize, etag: &str) -> Script {
    let range = format!("bytes {from}-{}/{}", file().len() - 1, file().len());
    Script::Send(answer("206 Partial Content", &[("ETag", etag), ("Content-Range", &range)], &file()[from..]))
}

fn assert_whole(fetch: &Fetch, downloaded: &Downloaded) {
    assert_eq!(fetch.bytes(), file(), "byte for byte");
    assert_eq!(downloaded.bytes, file().len() as u64);
    assert_eq!(downloaded.sha256, hex::encode(Sha256::digest(file())));
    assert_eq!(whole_part(&fetch.part()).as_ref(), Some(downloaded), "the mark says that the file is whole");
}

#[tokio::test]
async fn a_whole_file_arrives_without_the_key() {
    let server = Server::start([whole("\"one\"")]).await;
    let fetch = Fetch::new();
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /v.mp4?sig=topsecret HTTP/1.1"), "{request}");
    assert_eq!(header(request, "authorization"), None, "the key never goes to a file's host");
    assert_eq!(header(request, "range"), None);
    let progress = fetch.progress.lock().unwrap();
    let total = Some(file().len() as u64);
    assert_eq!(progress.last(), Some(&(file().len() as u64, total)), "progress ends at the whole");
    assert!(progress.is_sorted(), "and only grows: {progress:?}");
}

#[tokio::test]
async fn a_cut_download_goes_on_where_it_broke() {
    let head = [
        format!("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: {}\r\n\r\n", file().len()).into_bytes(),
        file()[..70_000].to_vec(),
    ]
    .concat();
    for broken in [Script::Stall(head.clone()), Script::Send(head)] {
        let server = Server::start([broken, tail(70_000, "\"one\"")]).await;
        let fetch = Fetch::new();
        let error = fetch.from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::Offline { .. }), "{error:?}");
        assert_eq!(fetch.bytes(), &file()[..70_000], "what arrived is kept");
        let downloaded = fetch.from(&server).await.unwrap();
        assert_whole(&fetch, &downloaded);
        let again = &server.requests()[1];
        assert_eq!(header(again, "range").as_deref(), Some("bytes=70000-"));
        assert_eq!(header(again, "if-range").as_deref(), Some("\"one\""));
    }
}

#[tokio::test]
async fn a_changed_file_starts_anew() {
    // By the book the host answers 200 to If-Range; some send 206 of the new file all the same.
    for scripts in [vec![whole("\"two\"")], vec![tail(1_000, "\"two\""), whole("\"two\"")]] {
        let server = Server::start(scripts).await;
        let fetch = Fetch::with_part(&[9; 1_000], Some("\"one\""));
        let downloaded = fetch.from(&server).await.unwrap();
        assert_whole(&fetch, &downloaded);
    }
}

#[tokio::test]
async fn a_range_that_does_not_fit_is_not_glued_on() {
    let server = Server::start([tail(500, "\"one\""), whole("\"one\"")]).await;
    let fetch = Fetch::with_part(&file()[..1_000], Some("\"one\""));
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);
    assert_eq!(header(&server.requests()[1], "range"), None, "the second question is for the whole");
}

#[tokio::test]
async fn without_a_strong_mark_nothing_is_resumed() {
    for mark in [None, Some(" "), Some("\"one\"")] {
        let server = Server::start([whole("W/\"weak\"")]).await;
        let fetch = Fetch::with_part(&[9; 1_000], None);
        if let Some(mark) = mark {
            std::fs::write(fetch.mark(), mark).unwrap();
        }
        let downloaded = fetch.from(&server).await.unwrap();
        assert_whole(&fetch, &downloaded);
        assert_eq!(header(&server.requests()[0], "range"), None, "{mark:?}");
    }
    let cut = [b"HTTP/1.1 200 OK\r\nETag: W/\"weak\"\r\nContent-Length: 9000\r\n\r\n".to_vec(), vec![7; 100]].concat();
    let server = Server::start([Script::Send(cut)]).await;
    let fetch = Fetch::new();
    fetch.from(&server).await.unwrap_err();
    assert!(!fetch.mark().exists(), "a weak ETag does not promise the same bytes");
}

#[tokio::test]
async fn a_part_that_is_already_whole_is_recognised() {
    let range = format!("bytes */{}", file().len());
    let satisfied = Script::Send(answer("416 Range Not Satisfiable", &[("Content-Range", &range)], ""));
    let server = Server::start([satisfied.clone()]).await;
    let fetch = Fetch::with_part(&file(), Some("\"one\""));
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);

    let server = Server::start([satisfied, whole("\"one\"")]).await;
    let fetch = Fetch::with_part(&[9; 300_000], Some("\"one\""));
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);
}

#[tokio::test]
async fn an_expired_link_is_told_apart_and_keeps_the_part() {
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"] {
        let server = Server::start([Script::Send(answer(status, &[], "<Error>expired</Error>"))]).await;
        let fetch = Fetch::with_part(&file()[..1_000], Some("\"one\""));
        let error = fetch.from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::LinkExpired { .. }), "{status}: {error:?}");
        assert_eq!(fetch.bytes().len(), 1_000, "{status}: a fresh link resumes it");
        assert!(!format!("{error:?} {error}").contains("topsecret"), "{error:?}");
    }
}

#[tokio::test]
async fn trouble_of_the_host_is_trouble() {
    for status in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests", "204 No Content"] {
        let server = Server::start([Script::Send(answer(status, &[], ""))]).await;
        let error = Fetch::new().from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::Trouble { .. }), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_web_page_is_no_video() {
    let html = ("Content-Type", "text/html; charset=utf-8");
    for script in [
        answer("200 OK", &[html], "anything"),
        answer("200 OK", &[("Content-Type", "application/json")], "[1]"),
        answer("200 OK", &[("Content-Type", "video/mp4")], "  <!doctype html><html>"),
        answer("200 OK", &[], "{\"error\":\"no\"}"),
        answer("200 OK", &[], ""),
    ] {
        let server = Server::start([Script::Send(script.clone())]).await;
        let fetch = Fetch::new();
        let error = fetch.from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::NotAVideo { .. }), "{error:?}");
        let left = std::fs::read(fetch.part()).unwrap_or_default();
        assert!(left.is_empty(), "nothing of it stays to be resumed: {}", String::from_utf8_lossy(&script));
    }
}

#[tokio::test]
async fn a_stream_without_end_stops_at_the_limit() {
    let declared = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LIMIT + 1).into_bytes();
    for head in [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), declared] {
        let server = Server::start([Script::Endless(head)]).await;
        let fetch = Fetch::new();
        let error = fetch.from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::TooLarge { limit: LIMIT }), "{error:?}");
        assert_eq!(fetch.bytes().len(), 0, "what is too large is not kept");
        let most = fetch.progress.lock().unwrap().iter().map(|step| step.0).max().unwrap_or(0);
        assert!(most <= LIMIT, "{most} bytes were written");
    }
}

#[tokio::test]
async fn redirects_are_followed_by_hand_without_the_key() {
    let cdn = Server::start([whole("\"one\"")]).await;
    let target = format!("{}/far/v.mp4?sig=topsecret", cdn.address);
    let server = Server::start([Script::Send(answer("302 Found", &[("Location", &target)], ""))]).await;
    let fetch = Fetch::new();
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);
    assert_eq!(header(&cdn.requests()[0], "authorization"), None);
    assert_eq!(header(&cdn.requests()[0], "referer"), None, "a signed link is no referer");
}

#[tokio::test]
async fn redirects_to_nowhere_or_in_circles_end() {
    for (location, circles) in [("/again", true), ("file:///etc/passwd", false), ("data:video/mp4,x", false)] {
        let server = Server::start([Script::Send(answer("302 Found", &[("Location", location)], ""))]).await;
        let error = Fetch::new().from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::Trouble { .. }), "{location}: {error:?}");
        assert_eq!(server.requests().len() > 2, circles, "{location}");
        assert!(server.requests().len() <= 6, "{location}: at most five steps");
    }
}

#[tokio::test]
async fn the_own_network_is_not_knocked_at() {
    let server =
        Server::start([Script::Send(answer("302 Found", &[("Location", "http://192.168.0.1/admin")], ""))]).await;
    let error = Fetch::new().from(&server).await.unwrap_err();
    assert!(matches!(&error, DownloadError::Forbidden { host } if host == "192.168.0.1"), "{error:?}");

    let hosted = crate::server::client("https://lastframe.invalid");
    let error = Fetch::new().run(&hosted, &format!("{}/v.mp4", server.address)).await.unwrap_err();
    assert!(
        matches!(error, DownloadError::Forbidden { .. }),
        "a hosted service has no business on this computer: {error:?}"
    );
}

#[tokio::test]
async fn an_unreachable_host_is_offline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error =
        Fetch::new().run(&crate::server::client(&address), &format!("{address}/v?sig=topsecret")).await.unwrap_err();
    assert!(matches!(error, DownloadError::Offline { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("topsecret"), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_is_gone_or_a_full_disk_is_said() {
    let server = Server::start([whole("\"one\"")]).await;
    let link = Link::parse(&format!("{}/v.mp4", server.address)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone").join("clip.part");
    let error = server.client().download(&link, &gone, BOUNDS, |_, _| ()).await.unwrap_err();
    assert!(matches!(error, DownloadError::Storage(_)), "{error:?}");
    // Linux has a device that is always full.
    if cfg!(target_os = "linux") {
        let full = std::path::Path::new("/dev/full");
        let error = fill_device(&server, &link, full, folder.path()).await;
        assert!(matches!(error, DownloadError::DiskFull), "{error:?}");
    }
}

async fn fill_device(
    server: &Server,
    link: &Link,
    device: &std::path::Path,
    folder: &std::path::Path,
) -> DownloadError {
    let part = folder.join("full.part");
    #[cfg(unix)]
    std::os::unix::fs::symlink(device, &part).unwrap();
    server.client().download(link, &part, BOUNDS, |_, _| ()).await.unwrap_err()
}

#[tokio::test]
async fn a_part_that_a_power_cut_left_is_resumed_from_where_it_is_sure() {
    let server = Server::start([tail(70_000, "\"one\"")]).await;
    let fetch = Fetch::with_part(&file()[..70_000], Some("\"one\""));
    // The file had grown on, and the disk never got what it held.
    std::fs::write(fetch.part(), [&file()[..70_000], &[0; 30_000]].concat()).unwrap();
    let downloaded = fetch.from(&server).await.unwrap();
    assert_whole(&fetch, &downloaded);
    assert_eq!(header(&server.requests()[0], "range").as_deref(), Some("bytes=70000-"));
}

#[tokio::test]
async fn text_with_a_video_in_it_is_a_video_and_other_text_is_not() {
    let mut video = b"\0\0\0\x10ftypisom\0\0\0\0".to_vec();
    video.extend_from_slice(&file());
    let text = ("Content-Type", "text/plain; charset=utf-8");
    let server = Server::start([Script::Send(answer("200 OK", &[text], &video))]).await;
    let fetch = Fetch::new();
    assert_eq!(fetch.from(&server).await.unwrap().bytes, video.len() as u64);
    assert_eq!(fetch.bytes(), video, "byte for byte");
    for bad in
        [&b"Access denied. Ask your administrator for access to this file, please, and then try again."[..], b"no"]
    {
        let server = Server::start([Script::Send(answer("200 OK", &[text], bad))]).await;
        let error = Fetch::new().from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::NotAVideo { .. }), "{error:?}");
    }
    for kind in ["text/html", "application/json", "application/xml", "text/xml"] {
        let server = Server::start([Script::Send(answer("200 OK", &[("Content-Type", kind)], &video))]).await;
        let error = Fetch::new().from(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::NotAVideo { .. }), "{kind}: {error:?}");
    }
}

#[tokio::test]
async fn a_file_that_does_not_fit_is_not_begun() {
    let server = Server::start([whole("\"one\"")]).await;
    let fetch = Fetch::new();
    let link = Link::parse(&format!("{}/v.mp4", server.address)).unwrap();
    let unknown = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome bytes".to_vec();
    let endless = Server::start([Script::Send(unknown)]).await;
    let endless_link = Link::parse(&format!("{}/v.mp4", endless.address)).unwrap();
    let most = u64::MAX / 4;
    for (server, link, bounds) in [
        (&server, &link, Bounds { spare: u64::MAX / 2, ..BOUNDS }),
        (&endless, &endless_link, Bounds { most, said: Some(most), spare: 0 }),
    ] {
        let error = server.client().download(link, &fetch.part(), bounds, |_, _| ()).await.unwrap_err();
        assert!(matches!(error, DownloadError::DiskFull), "{error:?}");
        assert_eq!(fetch.bytes().len(), 0, "not a byte is written");
    }
}

#[tokio::test]
async fn more_than_was_said_is_not_taken() {
    let range = format!("bytes 1000-1999/{}", file().len());
    let lying = Script::Send(
        [
            format!(
                "HTTP/1.1 206 Partial Content\r\nETag: \"one\"\r\nContent-Range: {range}\r\nConnection: close\r\n\r\n"
            )
            .into_bytes(),
            file()[1000..9000].to_vec(),
        ]
        .concat(),
    );
    let server = Server::start([lying]).await;
    let fetch = Fetch::with_part(&file()[..1_000], Some("\"one\""));
    let error = fetch.from(&server).await.unwrap_err();
    assert!(matches!(error, DownloadError::Trouble { .. }), "{error:?}");
    assert_eq!(fetch.bytes().len(), 0, "nothing of what contradicts itself is kept");
}

/// Found by "matrix" too: the row that needs a disk of its own and no engine.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn matrix_a_disk_that_is_full_to_the_last_byte() {
    let fetch = Fetch::new();
    let disk = fetch.folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let mut command = std::process::Command::new("mount");
        command
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&disk)
            .output()
            .is_ok_and(|done| done.status.success())
    };
    if !mount("size=100k") {
        println!("matrix: disk full to the last byte → skipped: no file system can be mounted here");
        return;
    }
    // No length is given, so that nobody can know beforehand.
    let unsized_file = [b"HTTP/1.1 200 OK\r\nETag: \"one\"\r\nConnection: close\r\n\r\n".to_vec(), file()].concat();
    let closing = Server::start([Script::Send(unsized_file)]).await;
    let part = disk.join("clip.part");
    let link = Link::parse(&format!("{}/v.mp4", closing.address)).unwrap();
    let error = closing.client().download(&link, &part, BOUNDS, |_, _| ()).await.unwrap_err();
    let written = std::fs::metadata(&part).unwrap().len();
    let remounted = mount("remount,size=2m");
    let server = Server::start([whole("\"one\"")]).await;
    let link = Link::parse(&format!("{}/v.mp4", server.address)).unwrap();
    let again = server.client().download(&link, &part, BOUNDS, |_, _| ()).await;
    let bytes = std::fs::read(&part);
    let _ = std::process::Command::new("umount").arg("-l").arg(&disk).status();
    assert!(matches!(error, DownloadError::DiskFull), "{error:?}");
    assert!(remounted && again.is_ok() && bytes.unwrap() == file(), "with room it goes on: {again:?}");
    println!(
        "matrix: disk full to the last byte → a clear wait at {written} bytes, byte-identical once there was room"
    );
}
