//! Names of hosts, looked up once a request: the addresses that were checked are those that are connected to, so that
//! a name cannot lead to another place between the check and the connection.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The answers that connections are made with. Clones share them.
#[derive(Clone)]
pub(crate) struct Names {
    lookup: Arc<dyn Fn(String) -> Found + Send + Sync>,
    /// For each host that a link led to, the last addresses that were checked; none for one that does not resolve here.
    checked: Arc<Mutex<HashMap<String, Vec<IpAddr>>>>,
}

impl Names {
    /// Asks the system.
    pub(crate) fn of_the_system() -> Self {
        Self::with(|name| {
            Box::pin(async move {
                Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.map(|address| address.ip()).collect())
            })
        })
    }

    pub(crate) fn with(lookup: impl Fn(String) -> Found + Send + Sync + 'static) -> Self {
        Self { lookup: Arc::new(lookup), checked: Arc::default() }
    }

    fn checked(&self) -> MutexGuard<'_, HashMap<String, Vec<IpAddr>>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks a host up and keeps the answer for the connections to it, if `allowed` holds for every address. Whether it
    /// does. A name that does not resolve here passes: a proxy may know it, and without one the request fails by itself.
    pub(crate) async fn check(&self, name: &str, allowed: impl Fn(IpAddr) -> bool) -> bool {
        let found = (self.lookup)(name.to_owned()).await.unwrap_or_default();
        let all = found.iter().all(|address| allowed(*address));
        if all {
            self.checked().insert(name.to_ascii_lowercase(), found);
        }
        all
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let checked = self.checked().get(&name.as_str().to_ascii_lowercase()).cloned();
        let found: Found = match checked {
            Some(found) => Box::pin(async move { Ok(found) }),
            // No link led there: the name of a proxy, which the person's own system gave.
            None => (self.lookup)(name.as_str().to_owned()),
        };
        Box::pin(async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "its name could not be resolved").into());
            }
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Names that answer one thing the first time and another afterwards.
    fn turncoat(first: &'static str, then: &'static str) -> (Names, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let names = Names::with(move |_| {
            let answer = if count.fetch_add(1, Ordering::SeqCst) == 0 { first } else { then };
            Box::pin(async move { Ok(vec![answer.parse().unwrap()]) })
        });
        (names, asked)
    }

    #[tokio::test]
    async fn a_connection_is_made_with_the_very_answer_that_was_checked() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await;
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        });
        // The second answer is an address where nobody is: it must never be asked for.
        let (names, asked) = turncoat("127.0.0.1", "127.0.0.2");
        let client = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(names.clone())).build().unwrap();
        assert!(names.check("files.invalid", |address| address.is_loopback()).await);
        let reply = client.get(format!("http://files.invalid:{port}/v")).send().await.unwrap();
        assert_eq!(reply.text().await.unwrap(), "hi");
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the check and the connection share one answer");
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_name_that_turns_to_the_own_network_is_not_followed_there() {
        let (names, _) = turncoat("198.51.100.7", "192.168.0.1");
        let public = |address: IpAddr| matches!(address, IpAddr::V4(ip) if !ip.is_private());
        assert!(names.check("cdn.invalid", public).await);
        let found: Vec<_> = names.resolve("cdn.invalid".parse().unwrap()).await.unwrap().collect();
        assert_eq!(found, ["198.51.100.7:0".parse().unwrap()]);
        assert!(!names.check("cdn.invalid", public).await, "asked again, it is refused");
        let found: Vec<_> = names.resolve("cdn.invalid".parse().unwrap()).await.unwrap().collect();
        assert_eq!(found, ["198.51.100.7:0".parse().unwrap()], "and no connection learns the new answer");
    }

    #[tokio::test]
    async fn a_name_that_only_a_proxy_knows_passes_and_the_proxys_own_name_is_looked_up() {
        let names = Names::with(|name| {
            Box::pin(async move {
                if name == "proxy.corp" {
                    Ok(vec!["10.0.0.1".parse().unwrap()])
                } else {
                    Err(io::ErrorKind::NotFound.into())
                }
            })
        });
        assert!(names.check("cdn.invalid", |_| false).await);
        assert!(names.resolve("cdn.invalid".parse().unwrap()).await.is_err(), "without a proxy the request fails");
        let proxy: Vec<_> = names.resolve("proxy.corp".parse().unwrap()).await.unwrap().collect();
        assert_eq!(proxy, ["10.0.0.1:0".parse().unwrap()], "a proxy may lie in the own network");
    }
}
