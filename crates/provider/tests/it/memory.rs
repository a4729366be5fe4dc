//! Bytes go from the socket to the disk without being gathered: measured by the system, in a program of its own.

use std::process::Command;

use lastframe_provider::{Bounds, Link};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes of the file.
const LENGTH: u64 = 256 * 1024 * 1024;
/// Growth that is still called bounded. The buffers of one connection and one file are about 3 MB.
const MOST: u64 = 16 * 1024 * 1024;
/// Tells the program below where to fetch from.
const ADDRESS: &str = "LASTFRAME_TEST_ADDRESS";

/// Most memory that this process ever had at once, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Not a test of its own: what the one below runs in another process.
#[tokio::test]
#[ignore = "run by matrix_a_file_of_any_size_needs_little_memory"]
async fn the_program_that_downloads() {
    let address = std::env::var(ADDRESS).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let client = crate::server::client(&address);
    let bounds = Bounds { most: LENGTH * 2, said: None, spare: 0 };
    let part = folder.path().join("clip.part");
    let link = Link::parse(&format!("{address}/v.mp4")).unwrap();
    // Once for what a first connection, thread or lookup takes anyway.
    client.download(&Link::parse(&format!("{address}/small")).unwrap(), &part, bounds, |_, _| ()).await.unwrap();
    let before = peak();
    let downloaded = client.download(&link, &part, bounds, |_, _| ()).await.unwrap();
    println!("grown by {} for {} bytes;", peak() - before, downloaded.bytes);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn matrix_a_file_of_any_size_needs_little_memory() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let read = socket.read(&mut head).await.unwrap();
            let small = head[..read].starts_with(b"GET /small");
            let length = if small { 100 } else { LENGTH };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nETag: \"{length}\"\r\n\r\n");
            socket.write_all(head.as_bytes()).await.unwrap();
            let block = vec![7; 256 * 1024];
            let mut left = length;
            while left > 0 {
                let size = left.min(block.len() as u64);
                if socket.write_all(&block[..usize::try_from(size).unwrap()]).await.is_err() {
                    break;
                }
                left -= size;
            }
        }
    });
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "memory::the_program_that_downloads", "--ignored", "--nocapture"]).env(ADDRESS, &address);
    let output = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
    server.abort();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let grown = said.split("grown by ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let grown: u64 = grown.parse().unwrap();
    assert!(said.contains(&format!("for {LENGTH} bytes;")), "{said}");
    println!("matrix: 256 MB from socket to disk → peak memory grew by {:.1} MB", grown as f64 / 1e6);
    assert!(grown < MOST, "memory grew by {grown} bytes");
}
