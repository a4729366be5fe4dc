//! A host of files on loopback that can lie: each request gets the next answer of a plan, made byte by byte, and an
//! honest one once the plan is used up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub const ETAG: &str = "\"one\"";

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The whole head of the request, in lower case.
    pub head: String,
    /// First byte wanted, from `Range`.
    pub from: Option<usize>,
    pub if_range: Option<String>,
}

/// A piece of an answer.
pub enum Bit {
    Send(Vec<u8>),
    /// Silence, for as long as the client bears it.
    Stall,
    /// Bytes without end.
    Endless,
}

pub type Answer = Box<dyn FnOnce(&Asked, &[u8]) -> Vec<Bit> + Send>;

#[derive(Default)]
pub struct State {
    /// The true file.
    pub file: Vec<u8>,
    pub plan: VecDeque<Answer>,
    pub asked: Vec<Asked>,
    /// Connections that are being answered, and the most there ever were.
    pub open: usize,
    pub most_open: usize,
}

pub struct Host {
    pub address: String,
    state: Arc<Mutex<State>>,
    /// So many of those who asked are answered, in their order.
    pub answered: watch::Sender<usize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Host {
    pub async fn start(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { file, ..State::default() }));
        let answered = watch::Sender::new(usize::MAX);
        let (shared, turns) = (Arc::clone(&state), answered.subscribe());
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&shared), turns.clone()));
            }
        });
        Self { address, state, answered, task }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn link(&self) -> String {
        format!("{}/v.mp4?sig=s3cret", self.address)
    }
}

async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>, mut turns: watch::Receiver<usize>) {
    let Some(asked) = read(&mut socket).await else { return };
    let (number, bits) = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        state.open += 1;
        state.most_open = state.most_open.max(state.open);
        let answer = state.plan.pop_front().unwrap_or_else(|| Box::new(honest));
        (state.asked.len(), answer(&asked, &state.file))
    };
    let _ = turns.wait_for(|answered| *answered >= number).await;
    let block = vec![7; 64 * 1024];
    for bit in bits {
        let sent = match bit {
            Bit::Send(bytes) => socket.write_all(&bytes).await,
            // Until the client goes.
            Bit::Stall => socket.read(&mut [0]).await.map(drop),
            Bit::Endless => loop {
                if let Err(error) = socket.write_all(&block).await {
                    break Err(error);
                }
            },
        };
        if sent.is_err() {
            break;
        }
    }
    state.lock().unwrap().open -= 1;
    let _ = socket.shutdown().await;
}

async fn read(socket: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let header = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(|value| value.trim().to_owned()))
    };
    let from = header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let if_range = header("if-range");
    Some(Asked { head, from, if_range })
}

/// A head, with `Connection: close`.
pub fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// A 200 of these bytes.
pub fn whole(etag: &str, bytes: &[u8]) -> Vec<Bit> {
    let length = bytes.len().to_string();
    let headers = [("Content-Length", length.as_str()), ("Content-Type", "video/mp4"), ("ETag", etag)];
    vec![Bit::Send(head("200 OK", &headers)), Bit::Send(bytes.to_vec())]
}

/// By the book (RFC 9110).
pub fn honest(asked: &Asked, file: &[u8]) -> Vec<Bit> {
    match asked.from {
        Some(from) if asked.if_range.as_deref().is_none_or(|etag| etag == ETAG) => {
            if from >= file.len() {
                let range = format!("bytes */{}", file.len());
                let headers = [("Content-Range", range.as_str()), ("Content-Length", "0")];
                return vec![Bit::Send(head("416 Range Not Satisfiable", &headers))];
            }
            let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            partial(&range, ETAG, &file[from..])
        }
        _ => whole(ETAG, file),
    }
}

pub fn partial(range: &str, etag: &str, bytes: &[u8]) -> Vec<Bit> {
    let length = bytes.len().to_string();
    let headers = [("Content-Range", range), ("Content-Length", length.as_str()), ("ETag", etag)];
    vec![Bit::Send(head("206 Partial Content", &headers)), Bit::Send(bytes.to_vec())]
}

/// Honest, but the connection ends when the file's byte `offset` would be next.
pub fn cut_at(offset: usize) -> Answer {
    Box::new(move |asked, file| {
        let start = asked.from.unwrap_or(0);
        let mut bits = honest(asked, file);
        if let Some(Bit::Send(body)) = bits.last_mut() {
            body.truncate(offset.saturating_sub(start));
        }
        bits
    })
}

/// An answer that does not depend on the question.
pub fn fixed(bits: Vec<Bit>) -> Answer {
    Box::new(move |_, _| bits)
}
