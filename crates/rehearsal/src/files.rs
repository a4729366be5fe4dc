//! Results over HTTP: signed links, ranges, entity tags (RFC 9110).

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use lastframe_model::ids;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::api;
use crate::faults::DownloadFault;
use crate::server::Shared;

/// The query of a signed link.
#[derive(Deserialize)]
pub(crate) struct Signature {
    expires: i64,
    nonce: String,
    sig: String,
}

/// `GET` and `HEAD /files/{id}/{name}`
pub(crate) async fn download(
    State(shared): State<Arc<Shared>>,
    Path((id, name)): Path<(String, String)>,
    Query(signature): Query<Signature>,
    headers: HeaderMap,
) -> Response {
    let fault = shared.options.faults.next_download();
    match &fault {
        Some(DownloadFault::Status(status)) => {
            return StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY).into_response();
        }
        Some(DownloadFault::Endless) => return endless(),
        Some(DownloadFault::Html) => return Html("<!doctype html><title>Sign in</title>").into_response(),
        _ => {}
    }
    let now = Timestamp::now().as_millisecond();
    let signed = shared.links.check(&format!("{id}/{name}"), signature.expires, &signature.nonce, &signature.sig, now);
    if !signed || !ids::is_plain(&id) || fault == Some(DownloadFault::Expired) {
        return api::error(StatusCode::FORBIDDEN, None, "The link has expired or is not valid.");
    }
    let task = shared.store.task(&id);
    let (artifact, extension, kind) = match name.as_str() {
        "output.mp4" => (task.and_then(|task| task.video), "mp4", "video/mp4"),
        "last_frame.png" => (task.and_then(|task| task.last_frame), "png", "image/png"),
        _ => (None, "", ""),
    };
    let Some(artifact) = artifact else {
        return api::error(StatusCode::NOT_FOUND, None, "There is no such file.");
    };
    let tag = format!("\"{}\"", artifact.sha256);
    let given = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if given(header::IF_NONE_MATCH).is_some_and(|wanted| wanted.split(',').any(|one| one.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let current = given(header::IF_RANGE).is_none_or(|wanted| wanted == tag);
    let asked = given(header::RANGE).filter(|_| current && fault != Some(DownloadFault::IgnoreRange));
    let base = [
        (header::ETAG, tag),
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "private, no-transform".to_owned()),
    ];
    let (status, start, length) = match asked.map_or(Part::Whole, |range| part(range, artifact.bytes)) {
        Part::Whole => (StatusCode::OK, 0, artifact.bytes),
        Part::Some { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Outside => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{}", artifact.bytes))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, base, range).into_response();
        }
    };
    let body = match body(&shared.store.result_file(&id, extension), start, length, fault.clone()).await {
        Ok(body) => body,
        Err(cause) => {
            tracing::warn!(%cause, id, "a result of the practice service cannot be read");
            return api::error(StatusCode::NOT_FOUND, None, "The file is gone.");
        }
    };
    let mut reply = (status, base, [(header::CONTENT_LENGTH, length.to_string())], body).into_response();
    let said = start + u64::from(fault == Some(DownloadFault::WrongRange));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {said}-{}/{}", start + length - 1, artifact.bytes).parse()
    {
        reply.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    reply
}

/// What a `Range` asks for.
#[derive(Debug, PartialEq)]
enum Part {
    Whole,
    Some { first: u64, last: u64 },
    Outside,
}

/// Reads a `Range` of one part. Anything else is ignored, as the standard allows.
fn part(range: &str, length: u64) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim().is_empty(), number(first), last.trim().is_empty(), number(last)) {
        (true, _, false, Some(0)) => Part::Outside,
        (true, _, false, Some(count)) if length > 0 => {
            Part::Some { first: length.saturating_sub(count), last: length - 1 }
        }
        (false, Some(first), _, _) if first >= length => Part::Outside,
        (false, Some(first), true, _) => Part::Some { first, last: length - 1 },
        (false, Some(first), false, Some(last)) if last >= first => Part::Some { first, last: last.min(length - 1) },
        _ => Part::Whole,
    }
}

async fn body(path: &std::path::Path, start: u64, length: u64, fault: Option<DownloadFault>) -> std::io::Result<Body> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(start)).await?;
    let whole = ReaderStream::with_capacity(file.take(length), 64 << 10);
    Ok(match fault {
        Some(DownloadFault::CutAfter(bytes)) => Body::from_stream(cut(whole, bytes)),
        Some(DownloadFault::StallAfter(bytes)) => Body::from_stream(stall(whole, bytes)),
        Some(DownloadFault::Slow(rate)) => Body::from_stream(slow(whole, rate.max(1))),
        _ => Body::from_stream(whole),
    })
}

/// A video that never ends.
fn endless() -> Response {
    let zeros = Bytes::from(vec![0; 64 << 10]);
    let body = Body::from_stream(stream::repeat_with(move || Ok::<_, std::io::Error>(zeros.clone())));
    ([(header::CONTENT_TYPE, "video/mp4")], body).into_response()
}

/// The first bytes, then nothing, for as long as the client waits.
fn stall(
    whole: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    bytes: u64,
) -> impl Stream<Item = std::io::Result<Bytes>> {
    let left = usize::try_from(bytes).unwrap_or(usize::MAX);
    let first = whole.scan(left, |left, chunk| {
        let chunk = (*left > 0).then(|| {
            chunk.map(|mut chunk| {
                chunk.truncate(*left);
                *left -= chunk.len();
                chunk
            })
        });
        std::future::ready(chunk)
    });
    first.chain(stream::pending())
}

/// The first bytes, then an error that closes the connection.
pub(crate) fn cut(
    whole: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    bytes: u64,
) -> impl Stream<Item = std::io::Result<Bytes>> {
    let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
    whole
        .map(move |chunk| {
            let mut chunk = chunk?;
            if left == 0 {
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            chunk.truncate(left);
            left -= chunk.len();
            Ok(chunk)
        })
        .chain(stream::once(async { Err(std::io::ErrorKind::ConnectionReset.into()) }))
        // What was sent must leave before the connection breaks, or the client sees nothing at all.
        .then(|chunk| async {
            if chunk.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            chunk
        })
}

/// The whole body at about `rate` bytes a second.
fn slow(
    whole: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    rate: u64,
) -> impl Stream<Item = std::io::Result<Bytes>> {
    whole.then(move |chunk| async move {
        let bytes = chunk.as_ref().map_or(0, Bytes::len);
        #[expect(clippy::cast_precision_loss, reason = "a chunk has at most 64 kB")]
        tokio::time::sleep(Duration::from_secs_f64(bytes as f64 / rate as f64)).await;
        chunk
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, wanted) in [
            ("bytes=0-", Part::Some { first: 0, last: 99 }),
            ("bytes=10-19", Part::Some { first: 10, last: 19 }),
            ("bytes=90-500", Part::Some { first: 90, last: 99 }),
            ("bytes=-5", Part::Some { first: 95, last: 99 }),
            ("bytes=-500", Part::Some { first: 0, last: 99 }),
            ("bytes=100-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=-", Part::Whole),
        ] {
            assert_eq!(part(range, 100), wanted, "{range}");
        }
    }
}
