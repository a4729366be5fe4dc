//! When the line itself fails: what provably never left, and what may have.

use std::time::{Duration, Instant};

use lastframe_model::TaskId;
use lastframe_provider::{CheckError, PollError, SubmitError};
use tokio::net::TcpListener;

use crate::calls::payload;
use crate::server::{KEY, Script, Server, answer, client, json};

/// An address at which nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_refused_connection_was_provably_not_sent() {
    let client = client(&nobody().await);
    let error = client.submit(&payload()).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent { .. }), "{error:?}");
    assert!(matches!(client.poll(&TaskId::new("t")).await, Err(PollError::Offline { .. })));
    assert!(matches!(client.check_key().await, Err(CheckError::Offline { .. })));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_was_provably_not_sent() {
    // RFC 6761: `.invalid` never resolves.
    let error = client("https://lastframe.invalid").submit(&payload()).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_failed_tls_handshake_was_provably_not_sent() {
    for script in [Script::CutUnread, Script::Stall(Vec::new())] {
        let server = Server::start([script.clone()]).await;
        let address = server.address.replace("http://", "https://");
        let error = client(&address).submit(&payload()).await.unwrap_err();
        assert!(matches!(error, SubmitError::NotSent { .. }), "{script:?}: {error:?}");
        let seen = server.requests().concat();
        assert!(!seen.contains(KEY) && !seen.contains("A boat"), "neither key nor prompt left without TLS");
    }
}

#[tokio::test]
async fn once_the_connection_stood_the_outcome_is_unknown() {
    let whole = answer("200 OK", &[], r#"{"id":"t1","status":"queued"}"#);
    for (script, what) in [
        (Script::CutUnread, "cut before it was read"),
        (Script::Cut, "cut after it was read"),
        (Script::Stall(Vec::new()), "silence"),
        (Script::Stall(whole[..whole.len() - 5].to_vec()), "silence in the middle of the reply"),
        (Script::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"id\":".to_vec()), "a short reply"),
        (Script::Send(b"SSH-2.0-OpenSSH\r\n".to_vec()), "another protocol"),
        (Script::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), "a reply without end"),
    ] {
        let server = Server::start([script]).await;
        let began = Instant::now();
        let error = server.client().submit(&payload()).await.unwrap_err();
        assert!(matches!(error, SubmitError::Unknown { .. }), "{what}: {error:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{what}: the limit of 2 s holds");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.requests().len(), 1, "{what}: it must never be sent twice");
        assert!(!format!("{error:?}").contains(KEY), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn a_lost_poll_is_offline_or_trouble_and_asked_once() {
    for script in [Script::Cut, Script::Stall(Vec::new()), Script::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())] {
        let server = Server::start([script.clone()]).await;
        let error = server.client().poll(&TaskId::new("t")).await.unwrap_err();
        assert!(matches!(error, PollError::Offline { .. }), "{script:?}: {error:?}");
        assert_eq!(server.requests().len(), 1, "{script:?}");
    }
}

#[tokio::test]
async fn no_connection_is_used_twice() {
    // The peer offers to keep the connection; a second submit on it could be lost without a trace of whether it left.
    let keep = Script::Send(answer("200 OK", &[("Connection", "keep-alive")], r#"{"id":"t","status":"queued"}"#));
    let server = Server::start([keep, Script::Cut]).await;
    let client = server.client();
    client.poll(&TaskId::new("t")).await.unwrap();
    let error = client.submit(&payload()).await.unwrap_err();
    assert!(matches!(error, SubmitError::Unknown { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 2, "each call came on a connection of its own, and once");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_stays() {
    let other = Server::start([json("200 OK", r#"{"id":"stolen","status":"queued"}"#)]).await;
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let target = format!("{}/model/v1/generation", other.address);
        let server = Server::start([Script::Send(answer(status, &[("Location", &target)], ""))]).await;
        let error = server.client().submit(&payload()).await.unwrap_err();
        assert!(matches!(error, SubmitError::Unknown { .. }), "{status}: {error:?}");
        assert!(server.client().poll(&TaskId::new("t")).await.is_err(), "{status}");
        assert!(server.client().check_key().await.is_err(), "{status}");
    }
    assert_eq!(other.requests().len(), 0, "nothing reaches another host, least of all the key");
}
