//! Feeds `<video>` and `<img>`: WebKitGTK hands media URLs to GStreamer, which plays neither the
//! asset protocol nor custom schemes, so clips come over loopback HTTP with Range.
//!
//! It answers only to the token of this run, only under its own `Host`, only for ids that the
//! library knows, and never lists or takes a path.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lastframe_engine::last_frame_png;
use lastframe_library::Library;
use lastframe_model::ids::is_plain;
use lastframe_model::{Clip, ClipId, ImageId};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tower_http::services::ServeFile;

use crate::strips::Strips;
use crate::thumbnails::Thumbnails;

/// Pages that may read pixels of what is served (a canvas needs CORS): the app's own.
const OWN_ORIGINS: [&str; 2] = ["tauri://localhost", "http://tauri.localhost"];

/// The running server; dropping it ends it.
pub struct MediaServer {
    base: String,
    _stop: oneshot::Sender<()>,
}

struct Served {
    library: Library,
    token: String,
    host: String,
    strips: Strips,
    thumbnails: Thumbnails,
    /// One last frame is drawn at a time: decoding is work.
    drawing: Arc<Semaphore>,
}

impl MediaServer {
    /// Binds a free loopback port and serves the library's files.
    pub async fn start(library: Library) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host = listener.local_addr()?.to_string();
        let token = hex::encode(rand::random::<[u8; 32]>());
        let base = format!("http://{host}/{token}");
        let (strips, thumbnails) = (Strips::new(), Thumbnails::new());
        let served =
            Arc::new(Served { library, token, host, strips, thumbnails, drawing: Arc::new(Semaphore::new(1)) });
        let (stop, stopped) = oneshot::channel();
        let router = router(served);
        tokio::spawn(async move {
            let end = async move {
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(end).await {
                tracing::error!(%error, "the media server ended");
            }
        });
        Ok(Self { base, _stop: stop })
    }

    /// `http://127.0.0.1:PORT/TOKEN`
    pub fn base(&self) -> &str {
        &self.base
    }
}

fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/{token}/clips/{file}", get(clip))
        .route("/{token}/images/{id}", get(image))
        .layer(middleware::from_fn_with_state(served.clone(), guard))
        .with_state(served)
}

/// Refuses other hosts (DNS rebinding) and other tokens before anything is looked up.
async fn guard(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let token = request.uri().path().split('/').nth(1).unwrap_or_default();
    if host != Some(served.host.as_str()) || !same(token.as_bytes(), served.token.as_bytes()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(origin) = origin.filter(|origin| OWN_ORIGINS.iter().any(|own| origin == own)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

async fn clip(
    State(served): State<Arc<Served>>,
    Path((_, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some((id, kind)) = file.split_once('.') else { return StatusCode::NOT_FOUND.into_response() };
    if kind == "strip.webp" {
        return strip(&served, id.to_owned(), request).await;
    }
    if kind == "thumbnail.webp" {
        return thumbnail(&served, id.to_owned(), request).await;
    }
    if kind == "last.png" {
        return last_frame(&served, id.to_owned(), request).await;
    }
    let (of, mime): (fn(&lastframe_library::Places, &Clip) -> PathBuf, _) = match kind {
        "mp4" => (lastframe_library::Places::clip_file, "video/mp4"),
        "poster.webp" => (lastframe_library::Places::poster_file, "image/webp"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let id = id.to_owned();
    let path = blocking(&served, move |library| {
        is_plain(&id).then(|| library.clip(&ClipId::new(id)).ok().flatten()).flatten().and_then(|clip| {
            let places = library.places();
            within(&clips_folder(&places, &clip), &of(&places, &clip))
        })
    });
    send(path.await, mime, request).await
}

/// The preview of a clip: the kept one, or one made now. Whoever asked and goes away before it is there calls it off.
async fn strip(served: &Arc<Served>, id: String, request: Request) -> Response {
    let library = served.library.clone();
    let files = tokio::task::spawn_blocking(move || {
        let clip = is_plain(&id).then(|| library.clip(&ClipId::new(id)).ok().flatten()).flatten()?;
        let places = library.places();
        let folder = clips_folder(&places, &clip);
        let video = within(&folder, &places.clip_file(&clip))?;
        let kept = places.strip_file(&clip);
        Some((video, within(&folder, &kept), kept))
    });
    match files.await.ok().flatten() {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((_, Some(kept), _)) => send(Some(kept), "image/webp", request).await,
        Some((video, None, kept)) => match served.strips.make(video, kept).await {
            Some(bytes) => ([(header::CONTENT_TYPE, "image/webp")], bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

/// The last frame of a clip: the kept one, or the video's, which is kept then.
async fn last_frame(served: &Arc<Served>, id: String, request: Request) -> Response {
    let library = served.library.clone();
    let files = tokio::task::spawn_blocking(move || {
        let clip = is_plain(&id).then(|| library.clip(&ClipId::new(id)).ok().flatten()).flatten()?;
        let places = library.places();
        let (folder, kept) = (clips_folder(&places, &clip), places.last_frame_file(&clip));
        match within(&folder, &kept) {
            Some(kept) => Some((Some(kept), clip)),
            // A link that leads elsewhere is neither followed nor replaced.
            None if kept.symlink_metadata().is_ok() => None,
            None => within(&folder, &places.clip_file(&clip)).map(|_| (None, clip)),
        }
    });
    let clip = match files.await.ok().flatten() {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some((Some(kept), _)) => return send(Some(kept), "image/png", request).await,
        Some((None, clip)) => clip,
    };
    let Ok(turn) = served.drawing.clone().acquire_owned().await else { return StatusCode::NOT_FOUND.into_response() };
    let library = served.library.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        // Held until the work has really ended, not only until nobody waits for it.
        let _turn = turn;
        last_frame_png(&library, &clip).ok()
    });
    match drawn.await.ok().flatten() {
        Some(png) => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The poster of a clip in the size of a card, or as it is until there is such a one.
async fn thumbnail(served: &Arc<Served>, id: String, request: Request) -> Response {
    let place = served.clone();
    let path = blocking(served, move |library| {
        let clip = is_plain(&id).then(|| library.clip(&ClipId::new(id)).ok().flatten()).flatten()?;
        let places = library.places();
        let poster = within(&clips_folder(&places, &clip), &places.poster_file(&clip))?;
        Some(place.thumbnails.of(poster, places.thumbnail_file(&clip.id)))
    });
    send(path.await, "image/webp", request).await
}

async fn image(State(served): State<Arc<Served>>, Path((_, id)): Path<(String, String)>, request: Request) -> Response {
    let path = blocking(&served, move |library| {
        let path = is_plain(&id).then(|| library.image_path(&ImageId::new(id))).flatten()?;
        within(&library.places().images(), &path)
    });
    let Some(path) = path.await else { return StatusCode::NOT_FOUND.into_response() };
    // What is served is what the bytes are: a picture, or nothing.
    match picture_type(&path).await {
        Some(mime) => send(Some(path), mime, request).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The folder that a clip's files lie in: the one in use, or the one it was kept in before, two steps above the file.
fn clips_folder(places: &lastframe_library::Places, clip: &Clip) -> PathBuf {
    let file = std::path::Path::new(&clip.file);
    match file.parent().and_then(std::path::Path::parent) {
        Some(earlier) if file.is_absolute() => earlier.to_owned(),
        _ => places.clips.clone(),
    }
}

/// Where a file really lies, links followed, if that is inside `folder` and nothing on the way is hidden: the folder may
/// be shared or synchronised, and a link that someone put there must not show the rest of the disk.
fn within(folder: &std::path::Path, file: &std::path::Path) -> Option<PathBuf> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    let inside = file.strip_prefix(&folder).ok()?;
    let hidden = inside.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
    (file.is_file() && !hidden).then_some(file)
}

async fn picture_type(path: &std::path::Path) -> Option<&'static str> {
    let mut head = Vec::new();
    tokio::fs::File::open(path).await.ok()?.take(32).read_to_end(&mut head).await.ok()?;
    image::guess_format(&head).ok().map(|format| format.to_mime_type())
}

/// SQLite is asked on a thread that may block.
async fn blocking(
    served: &Arc<Served>,
    ask: impl FnOnce(&Library) -> Option<PathBuf> + Send + 'static,
) -> Option<PathBuf> {
    let library = served.library.clone();
    tokio::task::spawn_blocking(move || ask(&library)).await.ok().flatten()
}

async fn send(path: Option<PathBuf>, mime: &'static str, request: Request) -> Response {
    let Some(path) = path else { return StatusCode::NOT_FOUND.into_response() };
    match ServeFile::new(path).try_call(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            if response.status().is_success() {
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
            }
            response
        }
        Err(error) => {
            tracing::warn!(%error, "a media file could not be read");
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lastframe_library::Places;
    use lastframe_model::{ImageFormat, ImageRef};
    use tokio::io::AsyncWriteExt;

    async fn served() -> (tempfile::TempDir, MediaServer, ImageRef, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        let library = Library::open(places).unwrap();
        let mut png = Vec::new();
        image::RgbImage::from_pixel(320, 320, image::Rgb([200, 40, 7]))
            .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
            .unwrap();
        let kept = library.keep_image(&png, ImageFormat::Png, 320, 320).unwrap();
        let server = MediaServer::start(library).await.unwrap();
        (folder, server, kept, png)
    }

    /// Speaks HTTP by hand, so that path and headers are sent exactly as written.
    async fn ask(server: &MediaServer, path: &str, headers: &str) -> (String, Vec<u8>) {
        let host = server.base().split('/').nth(2).unwrap().to_owned();
        let headers = if headers.contains("Host:") { headers.to_owned() } else { format!("Host: {host}\r\n{headers}") };
        let mut socket = tokio::net::TcpStream::connect(&host).await.unwrap();
        socket
            .write_all(format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut reply = Vec::new();
        socket.read_to_end(&mut reply).await.unwrap();
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(reply[..end].to_vec()).unwrap().to_lowercase(), reply[end + 4..].to_vec())
    }

    fn token(server: &MediaServer) -> String {
        server.base().rsplit('/').next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_picture_is_served_whole_and_in_parts_under_the_token() {
        let (_folder, server, kept, png) = served().await;
        let path = format!("/{}/images/{}", token(&server), kept.id);
        let (head, body) = ask(&server, &path, "").await;
        assert!(head.starts_with("http/1.1 200") && head.contains("content-type: image/png"), "{head}");
        assert_eq!(body, png);
        let (head, body) = ask(&server, &path, "Range: bytes=10-19\r\n").await;
        assert!(
            head.starts_with("http/1.1 206") && head.contains(&format!("content-range: bytes 10-19/{}", png.len())),
            "{head}"
        );
        assert_eq!(body, png[10..20], "seeking in a video asks for parts");
    }

    #[tokio::test]
    async fn without_the_token_the_host_or_an_id_there_is_nothing() {
        let (_folder, server, kept, _) = served().await;
        let token = token(&server);
        let refused = [
            (format!("/{}/images/{}", "0".repeat(64), kept.id), ""),
            (format!("/images/{}", kept.id), ""),
            (format!("/{token}/images/{}", kept.id), "Host: attacker.example\r\n"),
            (format!("/{token}/images/..%2flibrary.db"), ""),
            (format!("/{token}/images/../library.db"), ""),
            (format!("/{token}/clips/..%2f..%2flibrary.mp4"), ""),
            (format!("/{token}/clips/{}.mp4", kept.id), ""),
            (format!("/{token}/clips/"), ""),
        ];
        for (path, headers) in refused {
            let (head, _) = ask(&server, &path, headers).await;
            assert!(head.starts_with("http/1.1 404"), "{path} {headers}: {head}");
        }
    }

    #[tokio::test]
    async fn only_the_apps_own_page_may_read_pixels() {
        let (_folder, server, kept, _) = served().await;
        let path = format!("/{}/images/{}", token(&server), kept.id);
        let (own, _) = ask(&server, &path, "Origin: tauri://localhost\r\n").await;
        assert!(own.contains("access-control-allow-origin: tauri://localhost"), "{own}");
        let (foreign, _) = ask(&server, &path, "Origin: https://attacker.example\r\n").await;
        assert!(!foreign.contains("access-control-allow-origin"), "{foreign}");
    }

    /// The same with another method.
    async fn status_of(server: &MediaServer, method: &str, path: &str) -> String {
        let host = server.base().split('/').nth(2).unwrap().to_owned();
        let mut socket = tokio::net::TcpStream::connect(&host).await.unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).await.unwrap();
        reply
    }

    #[tokio::test]
    async fn what_is_there_can_be_asked_about_and_nothing_can_be_listed_or_changed() {
        let (_folder, server, kept, png) = served().await;
        let token = token(&server);
        let path = format!("/{token}/images/{}", kept.id);
        let head = status_of(&server, "HEAD", &path).await.to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains(&format!("content-length: {}", png.len())), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "a HEAD has no body: {head}");
        let beyond = ask(&server, &path, "Range: bytes=999999-\r\n").await.0;
        assert!(beyond.starts_with("http/1.1 416"), "{beyond}");
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let reply = status_of(&server, method, &path).await;
            assert!(reply.starts_with("HTTP/1.1 405"), "{method}: {reply}");
        }
        for path in ["/", &format!("/{token}"), &format!("/{token}/"), &format!("/{token}/images/"), "/../"] {
            assert!(status_of(&server, "GET", path).await.starts_with("HTTP/1.1 404"), "{path} lists nothing");
        }
        let options = ask(&server, &path, "Origin: https://attacker.example\r\n").await.0;
        assert!(!options.contains("access-control-allow-origin"), "{options}");
        assert!(options.contains("x-content-type-options: nosniff"), "{options}");
    }

    #[tokio::test]
    async fn it_listens_on_this_computer_alone_with_a_new_token_each_run() {
        let (_one, first, ..) = served().await;
        let (_two, second, ..) = served().await;
        assert!(first.base().starts_with("http://127.0.0.1:"), "{}", first.base());
        assert_eq!(token(&first).len(), 64, "256 bits");
        assert_ne!(token(&first), token(&second));
        assert!(same(b"abc", b"abc"));
        for (a, b) in [("abc", "abd"), ("abc", "ab"), ("", "a"), ("abc", "bbc")] {
            assert!(!same(a.as_bytes(), b.as_bytes()), "{a} is not {b}");
        }
    }

    #[tokio::test]
    async fn a_last_frame_is_served_as_it_is_kept_and_drawn_where_it_is_not() {
        use lastframe_engine::{Engine, Parts, SystemClock};

        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let library = Library::open(Places::resolve(Some(folder.path().to_owned()), None).unwrap()).unwrap();
        let engine = Engine::start(Parts {
            program: "test".to_owned(),
            library: library.clone(),
            settings: lastframe_model::Settings::default(),
            clock: Arc::new(SystemClock::new()),
            time_zone: jiff::tz::TimeZone::UTC,
            events: Arc::new(|_| {}),
        })
        .unwrap();
        let video = outside.path().join("a.mp4");
        let mut writer = lastframe_media::VideoWriter::create(&video, 320, 192, 8).unwrap();
        for shade in 0..8 {
            writer.push(&image::RgbImage::from_pixel(320, 192, image::Rgb([shade * 20, 90, 40]))).unwrap();
        }
        writer.finish().unwrap();
        let summary =
            engine.import(vec![video.clone()], tokio_util::sync::CancellationToken::new(), |_| {}).await.unwrap();
        let clip = library.clip(&summary.clips[0]).unwrap().unwrap();
        let kept = library.places().last_frame_file(&clip);
        for _ in 0..500 {
            if kept.is_file() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let expected = lastframe_media::encode_png(&lastframe_media::last_frame(&video).unwrap()).unwrap();

        let server = MediaServer::start(library.clone()).await.unwrap();
        let path = format!("/{}/clips/{}.last.png", token(&server), clip.id);
        let shows = async |what: &str| {
            let (head, body) = ask(&server, &path, "").await;
            assert!(head.starts_with("http/1.1 200") && head.contains("content-type: image/png"), "{what}: {head}");
            assert_eq!(body, expected, "{what}");
        };
        shows("kept").await;
        std::fs::remove_file(&kept).unwrap();
        shows("drawn").await;
        assert_eq!(std::fs::read(&kept).unwrap(), expected, "and kept");

        #[cfg(unix)]
        {
            let secret = outside.path().join("secret.png");
            std::fs::write(&secret, &expected).unwrap();
            std::fs::remove_file(&kept).unwrap();
            std::os::unix::fs::symlink(&secret, &kept).unwrap();
            assert!(ask(&server, &path, "").await.0.starts_with("http/1.1 404"), "a link out of the folder");
            assert!(kept.is_symlink(), "and it is not replaced");
            std::fs::remove_file(&kept).unwrap();
        }
        std::fs::rename(library.places().clip_file(&clip), outside.path().join("away.mp4")).unwrap();
        assert!(ask(&server, &path, "").await.0.starts_with("http/1.1 404"), "neither a picture nor a video");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_that_leads_out_of_the_folder_is_not_followed() {
        use std::os::unix::fs::symlink;

        let (folder, server, kept, png) = served().await;
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret.png");
        std::fs::write(&secret, &png).unwrap();
        let images = folder.path().join("images");

        // A picture of the library, and in its place a link: within the folder it stands, out of it there is nothing.
        let path = format!("/{}/images/{}", token(&server), kept.id);
        std::fs::rename(images.join(kept.id.as_str()), images.join("moved")).unwrap();
        symlink(images.join("moved"), images.join(kept.id.as_str())).unwrap();
        assert!(ask(&server, &path, "").await.0.starts_with("http/1.1 200"), "a link inside the folder");
        std::fs::remove_file(images.join(kept.id.as_str())).unwrap();
        symlink(&secret, images.join(kept.id.as_str())).unwrap();
        assert!(ask(&server, &path, "").await.0.starts_with("http/1.1 404"), "a link out of the folder");

        // The same rule for clips: month folders and files, relative or kept in an earlier folder.
        let clips = folder.path().join("clips");
        std::fs::create_dir_all(clips.join("2026-11")).unwrap();
        std::fs::write(clips.join("2026-11/a.mp4"), b"clip").unwrap();
        std::fs::write(clips.join("2026-11/.b.mp4"), b"hidden").unwrap();
        symlink(&secret, clips.join("2026-11/c.mp4")).unwrap();
        symlink(outside.path(), clips.join("2026-12")).unwrap();
        symlink(clips.join("2026-11/.b.mp4"), clips.join("2026-11/d.mp4")).unwrap();
        symlink(&clips, folder.path().join("linked")).unwrap();
        assert!(within(&clips, &clips.join("2026-11/a.mp4")).is_some());
        assert!(within(&folder.path().join("linked"), &folder.path().join("linked/2026-11/a.mp4")).is_some());
        for refused in ["2026-11/.b.mp4", "2026-11/c.mp4", "2026-12/secret.png", "2026-11/d.mp4", "2026-11", "gone.mp4"]
        {
            assert_eq!(within(&clips, &clips.join(refused)), None, "{refused}");
        }
    }
}
