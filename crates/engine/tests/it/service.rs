//! A service on loopback that does exactly what a test tells it, byte by byte: what it does not answer, cuts off
//! or garbles cannot be had from a framework.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const KEY: &str = "sk-the-right-key-0001";

/// What is sent back.
#[derive(Clone, Debug)]
pub enum Reply {
    Json(u16, Value),
    /// Status, content type, body.
    Text(u16, &'static str, &'static str),
    /// 429 with `Retry-After` in seconds.
    SlowDown(u64),
    /// The connection ends after the request was read.
    Drop,
    /// The connection ends in the middle of the reply.
    Cut,
    /// The connection is reset after the request was read.
    Reset,
    /// These bytes, whatever they are, and the end of the connection.
    Raw(&'static [u8]),
    /// Nothing, for as long as the test runs.
    Hang,
}

/// The link to a task's video, by the task's id.
pub type LinkOf = Box<dyn Fn(&str) -> String + Send>;

/// What the service does and what it has seen.
#[derive(Default)]
pub struct Script {
    /// Replies to submits, used up from the front; then it accepts.
    pub submits: VecDeque<Reply>,
    /// Replies to polls, used up from the front; then tasks are completed.
    pub polls: VecDeque<Reply>,
    /// Replies to downloads of the video, used up from the front; then it is sent.
    pub videos: VecDeque<Reply>,
    /// Tasks stay in progress as long as this is set.
    pub busy: bool,
    pub video: Vec<u8>,
    /// Where the video of a task lies, by its id, if not at this service.
    pub link: Option<LinkOf>,
    /// What a completed task says that its video has in bytes.
    pub size: Option<usize>,
    /// Sent as the last frame, if there is one.
    pub picture: Option<Vec<u8>>,
    /// Bodies of the submits that arrived.
    pub posts: Vec<Value>,
    /// When each arrived.
    pub post_times: Vec<std::time::Instant>,
    pub polled: usize,
    pub fetched: usize,
    /// How long each task takes, in real time from its submit, used up from the front.
    pub lengths: VecDeque<Duration>,
    /// When those tasks end.
    pub ends: HashMap<String, Instant>,
    /// When each task was asked about (when the reply was ready), and whether it was still in progress.
    pub asked: Vec<(Instant, String, bool)>,
    /// The service cannot be reached: connections to it are dropped unread.
    pub down: bool,
    /// What every poll is answered with, as long as it is set.
    pub always: Option<Reply>,
    /// Connections that came while it was down.
    pub knocks: Vec<Instant>,
    /// How long a poll takes.
    pub trip: Duration,
    /// Polls that are on their way now, and the most there ever were.
    pub polling: usize,
    pub most_polling: usize,
}

pub struct Service {
    pub address: String,
    pub script: Arc<Mutex<Script>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Service {
    pub async fn start(script: Script) -> Self {
        Self::start_at("127.0.0.1:0", script).await
    }

    pub async fn start_at(address: &str, script: Script) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(script));
        let (shared, base) = (Arc::clone(&script), address.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared), base.clone()));
            }
        });
        Self { address, script, task }
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    pub fn posts(&self) -> usize {
        self.script().posts.len()
    }
}

async fn answer(mut stream: TcpStream, script: Arc<Mutex<Script>>, base: String) {
    {
        let mut script = script.lock().unwrap();
        if script.down {
            script.knocks.push(Instant::now());
            return;
        }
    }
    let Some((line, head, body)) = read(&mut stream).await else { return };
    let polls = line.contains("/task/");
    let trip = {
        let mut script = script.lock().unwrap();
        script.polling += usize::from(polls);
        script.most_polling = script.most_polling.max(script.polling);
        script.trip
    };
    if polls && !trip.is_zero() {
        tokio::time::sleep(trip).await;
    }
    let authorized = head.contains(&format!("authorization: bearer {KEY}"));
    let reply = {
        let mut script = script.lock().unwrap();
        if line.starts_with("POST ") {
            script.posts.push(serde_json::from_slice(&body).unwrap());
            script.post_times.push(std::time::Instant::now());
            let number = script.posts.len();
            if let Some(length) = script.lengths.pop_front() {
                script.ends.insert(format!("task-{number}"), Instant::now() + length);
            }
            match script.submits.pop_front() {
                _ if !authorized => Answer::Reply(Reply::Json(401, json!({"error": {"message": "bad key"}}))),
                Some(reply) => Answer::Reply(reply),
                None => {
                    Answer::Reply(Reply::Json(200, json!({"id": format!("task-{number}"), "status": "in_progress"})))
                }
            }
        } else if line.contains("/task/") {
            script.polled += 1;
            script.polling -= 1;
            let task = line.split("/task/").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
            let busy = script.ends.get(task).map_or(script.busy, |end| Instant::now() < *end);
            script.asked.push((Instant::now(), task.to_owned(), busy));
            match script.polls.pop_front().or_else(|| script.always.clone()) {
                _ if !authorized => Answer::Reply(Reply::Json(401, json!({"message": "bad key"}))),
                Some(reply) => Answer::Reply(reply),
                None if !line.contains("/task/task-") => {
                    Answer::Reply(Reply::Json(404, json!({"message": "no such task"})))
                }
                None if busy => {
                    Answer::Reply(Reply::Json(200, json!({"id": "task", "status": "in_progress", "progress": 0.5})))
                }
                None => {
                    let mut reply = completed(&base, script.picture.is_some());
                    let video = &mut reply["output"][0]["content"][0];
                    if let Some(link) = &script.link {
                        let task = line.split(['/', ' ']).find(|word| word.starts_with("task-")).unwrap_or_default();
                        video["url"] = json!(link(task));
                    }
                    if let Some(size) = script.size {
                        video["size"] = json!(size);
                    }
                    Answer::Reply(Reply::Json(200, reply))
                }
            }
        } else {
            assert!(!head.contains("authorization"), "the key goes to the API only, not with: {line}");
            file(&mut script, line.contains("last.png"))
        }
    };
    let sent = match reply {
        Answer::Bytes(kind, bytes) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            );
            [head.as_bytes(), &bytes].concat()
        }
        Answer::Reply(Reply::Json(status, value)) => text(status, "application/json", "", &value.to_string()),
        Answer::Reply(Reply::Text(status, kind, body)) => text(status, kind, "", body),
        Answer::Reply(Reply::SlowDown(seconds)) => {
            text(429, "application/json", &format!("Retry-After: {seconds}\r\n"), r#"{"message":"slow down"}"#)
        }
        Answer::Reply(Reply::Drop) => return,
        Answer::Reply(Reply::Reset) => {
            stream.set_zero_linger().unwrap();
            return;
        }
        Answer::Reply(Reply::Raw(bytes)) => bytes.to_vec(),
        Answer::Reply(Reply::Cut) => b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\": \"ta".to_vec(),
        Answer::Reply(Reply::Hang) => {
            tokio::time::sleep(std::time::Duration::from_mins(10)).await;
            return;
        }
    };
    let _ = stream.write_all(&sent).await;
    let _ = stream.shutdown().await;
}

/// A result, or what was planned in its place.
fn file(script: &mut Script, picture: bool) -> Answer {
    script.fetched += usize::from(!picture);
    let planned = if picture { None } else { script.videos.pop_front() };
    match planned {
        Some(reply) => Answer::Reply(reply),
        None if picture => Answer::Bytes("image/png", script.picture.clone().unwrap_or_default()),
        None => Answer::Bytes("video/mp4", script.video.clone()),
    }
}

enum Answer {
    Reply(Reply),
    Bytes(&'static str, Vec<u8>),
}

fn text(status: u16, kind: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub fn completed(base: &str, picture: bool) -> Value {
    let mut content = vec![json!({"type": "video", "url": format!("{base}/files/video.mp4?sig=s3cret"), "fps": 24})];
    if picture {
        content.push(json!({"type": "image", "url": format!("{base}/files/last.png?sig=s3cret")}));
    }
    json!({
        "id": "task", "status": "completed", "progress": 1.0, "output": [{"content": content}],
        "usage": {"cost": "0.1853", "total_tokens": 102_960},
    })
}

async fn read(stream: &mut TcpStream) -> Option<(String, String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let line = head.lines().next()?.to_owned();
    let head = head.replace("Bearer", "bearer").replace("Authorization", "authorization");
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok()))
        .unwrap_or(0_usize);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((line, head, body))
}
