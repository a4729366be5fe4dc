//! Where a file may be fetched from: a link comes from outside and must not make this program knock at the doors of
//! the person's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::names::Names;

/// Whether the URL names this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a file may be fetched from this URL; `local` says whether this computer itself is allowed. What a name
/// stands for is kept in `names`, with which the connection is made.
pub(crate) async fn is_allowed(url: &Url, local: bool, names: &Names) -> bool {
    if is_loopback(url) {
        return local;
    }
    let allowed = |address: IpAddr| is_public(address) || (local && address.is_loopback());
    match url.host() {
        Some(Host::Ipv4(ip)) => allowed(ip.into()),
        Some(Host::Ipv6(ip)) => allowed(ip.into()),
        Some(Host::Domain(name)) => names.check(name, allowed).await,
        None => false,
    }
}

/// Whether the address lies in the open network. 198.18.0.0/15 counts as open: local proxies answer with made-up
/// addresses from it for every name.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let shared = ip.octets()[0] == 100 && (ip.octets()[1] & 0xc0) == 64;
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_multicast()
        || ip.octets()[0] == 0
        || shared)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    !(ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn doors_of_the_own_network_stay_closed() {
        let names = Names::with(|name| {
            Box::pin(async move { Ok(name.split('.').filter_map(|ip| ip.replace('-', ".").parse().ok()).collect()) })
        });
        for (text, remote, local) in [
            ("https://93.184.216.34/x", true, true),
            ("https://[2606:2800:220:1:248:1893:25c8:1946]/x", true, true),
            ("http://198.18.0.7/x", true, true),
            ("http://127.0.0.1:9/x", false, true),
            ("http://localhost/x", false, true),
            ("http://[::1]/x", false, true),
            ("http://192.168.1.1/x", false, false),
            ("http://10.0.0.1/x", false, false),
            ("http://172.16.0.1/x", false, false),
            ("http://169.254.169.254/latest/meta-data", false, false),
            ("http://100.64.0.1/x", false, false),
            ("http://0.0.0.0/x", false, false),
            ("http://[::]/x", false, false),
            ("http://[fd00::1]/x", false, false),
            ("http://[fe80::1]/x", false, false),
            ("http://[::ffff:192.168.0.1]/x", false, false),
            ("http://[::ffff:127.0.0.1]/x", false, false),
            ("http://0x7f000001/x", false, true),
            ("https://93-184-216-34.example/x", true, true),
            ("https://192-168-0-1.example/x", false, false),
            ("https://127-0-0-1.example/x", false, true),
            ("https://93-184-216-34.10-0-0-1.example/x", false, false),
            ("https://unknown.example/x", true, true),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(is_allowed(&url, false, &names).await, remote, "{text} from a hosted service");
            assert_eq!(is_allowed(&url, true, &names).await, local, "{text} from rehearsal");
        }
    }
}
