//! The spec service over real sockets: what is sent there, and what is not taken from it.

use std::time::Duration;

use lastframe_provider::{SpecLimits, Specs, SpecsError};

use crate::server::{Script, Server, answer, json};

const LIMITS: SpecLimits =
    SpecLimits { connect: Duration::from_secs(2), call: Duration::from_millis(500), reply_bytes: 4_000 };

fn specs(server: &Server) -> Specs {
    Specs::with_limits(&server.address, LIMITS).unwrap()
}

fn page(models: &str, pages: u32) -> Script {
    let body = format!(
        r#"{{"data":{{"models":[{models}],"total":9,"page":1,"page_size":100,"total_pages":{pages}}},"status":{{"code":200,"message":""}}}}"#
    );
    json("200 OK", &body)
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_a_key() {
    let server = Server::start([
        page(r#"{"id":"a","type":"video","description":"A."},{"id":"i","type":"image"}"#, 2),
        page(r#"{"id":"b"},{"id":"a"}"#, 2),
    ])
    .await;
    let list = specs(&server).list().await.unwrap();
    let ids: Vec<&str> = list.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"], "videos only, each once");
    assert_eq!(list[0].description, "A.");
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].starts_with("GET /api/v1/skill/models?page=1&page_size=100&type=video HTTP"), "{}", asked[0]);
    let all = asked.concat().to_lowercase();
    assert!(!all.contains("authorization") && !all.contains("bearer"), "no key ever goes there: {all}");
}

#[tokio::test]
async fn a_spec_is_the_data_of_the_envelope() {
    let server = Server::start([json("200 OK", r#"{"data":{"model_id":"a"},"status":{"code":0}}"#)]).await;
    assert_eq!(specs(&server).spec("a").await.unwrap()["model_id"], "a");
    assert!(server.requests()[0].starts_with("GET /api/v1/skill/models/a/spec HTTP"));
    for bad in ["../a", "a/b", "a?b", "", "..", "a b"] {
        assert_eq!(specs(&server).spec(bad).await, Err(SpecsError::NotDocumented), "{bad:?}");
    }
    assert_eq!(server.requests().len(), 1, "an id that cannot be one is not asked about");
}

#[tokio::test]
async fn whatever_else_comes_is_an_error_of_its_kind() {
    let elsewhere = Server::start([json("200 OK", r#"{"data":{},"status":{"code":200}}"#)]).await;
    let to = [("Location", elsewhere.address.as_str())];
    let long = format!(r#"{{"data":"{}","status":{{"code":200}}}}"#, "x".repeat(5_000));
    for (what, script, refused) in [
        ("an error in the envelope", json("200 OK", r#"{"data":null,"status":{"code":5001}}"#), Some(5001)),
        ("an error with a status", json("404 Not Found", r#"{"data":null,"status":{"code":404}}"#), Some(404)),
        ("a good word with a bad status", json("500 Oops", r#"{"data":{},"status":{"code":200}}"#), Some(500)),
        ("a page of a gateway", Script::Send(answer("502 Bad Gateway", &[], "<html>")), Some(502)),
    ] {
        let server = Server::start([script]).await;
        let error = specs(&server).spec("a").await.unwrap_err();
        assert_eq!(Some(error), refused.map(|code| SpecsError::Refused { code }), "{what}");
    }
    for (what, script, error) in [
        ("a redirect", Script::Send(answer("302 Found", &to, "")), SpecsError::Redirected),
        ("no envelope", json("200 OK", r#"{"model_id":"a"}"#), SpecsError::NotDocumented),
        ("no JSON", json("200 OK", "hello"), SpecsError::NotDocumented),
        ("depth without end", json("200 OK", &"[".repeat(3_000)), SpecsError::NotDocumented),
        ("too long", json("200 OK", &long), SpecsError::TooLong),
        ("bytes without end", Script::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), SpecsError::TooLong),
    ] {
        let server = Server::start([script]).await;
        assert_eq!(specs(&server).spec("a").await, Err(error), "{what}");
    }
    assert_eq!(elsewhere.requests(), Vec::<String>::new(), "a redirect is not followed");
    for (what, script) in [("a cut connection", Script::Cut), ("silence", Script::Stall(Vec::new()))] {
        let server = Server::start([script]).await;
        assert!(matches!(specs(&server).spec("a").await, Err(SpecsError::Offline(_))), "{what}");
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let models = |from: u32| (from..from + 60).map(|n| format!(r#"{{"id":"m{n}"}}"#)).collect::<Vec<_>>().join(",");
    let pages: Vec<Script> = (0..9).map(|number| page(&models(number * 60), 1_000_000)).collect();
    let server = Server::start(pages).await;
    assert_eq!(specs(&server).list().await, Err(SpecsError::TooMany));
    let same = Server::start([page(r#"{"id":"a"}"#, 1_000_000)]).await;
    assert_eq!(specs(&same).list().await.map(|list| list.len()), Err(SpecsError::TooMany));
    assert!(same.requests().len() <= 200, "pages are counted, too");
    for bad in ["http://example.com", "ftp://example.com", "https://me:pw@example.com"] {
        assert!(Specs::new(bad).is_err(), "{bad}");
    }
}
