//! Servers on loopback: each connection gets the next script, and what was asked is kept.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lastframe_provider::{Client, Limits};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const KEY: &str = "sk-test-key-0123456789";

/// What happens on one connection after the request has been read.
#[derive(Clone, Debug)]
pub enum Script {
    /// These bytes, then the end.
    Send(Vec<u8>),
    /// These bytes, then silence.
    Stall(Vec<u8>),
    /// The connection is cut before the request is read.
    CutUnread,
    /// The request is read, then the connection is cut.
    Cut,
    /// This head, then bytes without end.
    Endless(Vec<u8>),
}

/// A whole HTTP answer.
pub fn answer(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        bytes += &format!("{name}: {value}\r\n");
    }
    bytes += "\r\n";
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A JSON answer.
pub fn json(status: &str, body: &str) -> Script {
    Script::Send(answer(status, &[("Content-Type", "application/json")], body))
}

pub struct Server {
    pub address: String,
    /// Whole requests in the order in which they came.
    requests: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves one script a connection; the last one again and again.
    pub async fn start(scripts: impl Into<Vec<Script>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, scripts) = (Arc::clone(&requests), scripts.into());
        let task = tokio::spawn(async move {
            let mut turn = 0;
            while let Ok((socket, _)) = listener.accept().await {
                let script = scripts[turn.min(scripts.len() - 1)].clone();
                turn += 1;
                tokio::spawn(play(socket, script, Arc::clone(&kept)));
            }
        });
        Self { address, requests, task }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn client(&self) -> Client {
        client(&self.address)
    }
}

pub fn client(address: &str) -> Client {
    let limits = Limits {
        connect: Duration::from_secs(1),
        submit: Duration::from_secs(2),
        poll: Duration::from_secs(2),
        stall: Duration::from_secs(1),
        reply_bytes: 64 * 1024,
    };
    Client::with_limits(address, SecretString::from(KEY), limits).unwrap()
}

async fn play(mut socket: TcpStream, script: Script, kept: Arc<Mutex<Vec<String>>>) {
    if matches!(script, Script::CutUnread) {
        kept.lock().unwrap().push(String::from("(unread)"));
        return;
    }
    let request = read_request(&mut socket).await;
    kept.lock().unwrap().push(request);
    match script {
        Script::Send(bytes) => {
            let _ = socket.write_all(&bytes).await;
            // The client is to decide whether it uses the connection again.
            let mut rest = [0; 1];
            let _ = tokio::time::timeout(Duration::from_secs(2), socket.read(&mut rest)).await;
        }
        Script::Stall(bytes) => {
            let _ = socket.write_all(&bytes).await;
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        Script::Endless(head) => {
            let _ = socket.write_all(&head).await;
            while socket.write_all(&[7; 16 * 1024]).await.is_ok() {}
        }
        Script::Cut | Script::CutUnread => {}
    }
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut block = [0; 16 * 1024];
    loop {
        let read = socket.read(&mut block).await.unwrap_or(0);
        bytes.extend_from_slice(&block[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length || read == 0 {
                return text;
            }
        }
        if read == 0 {
            return text;
        }
    }
}

/// A header of a request.
pub fn header(request: &str, name: &str) -> Option<String> {
    request.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
