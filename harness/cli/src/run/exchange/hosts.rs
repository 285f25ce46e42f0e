//! The hosts of a target: which may be contacted, and at which address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use greenroom_model::{Endpoints, HostMapping};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The target's hosts. Nothing else is contacted.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    /// Names and ports with an address of their own.
    mapped: Vec<HostMapping>,
    /// Names that the system looks up.
    system: Arc<[String]>,
}

impl Hosts {
    /// Of a deployment only the SDK's host and the token service's are known: its page is
    /// generated here, so the page's host is not contacted unless the whole target is local.
    pub(super) fn new(endpoints: &Endpoints, local: bool, token_host: Option<&str>) -> Self {
        let sdk_host = endpoints.sdk_url.host_str().unwrap_or_default();
        let page_host = endpoints.page_url.host_str().unwrap_or_default();
        let is_mapped = |host: &str| endpoints.host_map.iter().any(|map| map.host == host);
        Self {
            mapped: endpoints
                .host_map
                .iter()
                .filter(|map| local || map.host != page_host || map.host == sdk_host)
                .cloned()
                .collect(),
            system: [Some(sdk_host), token_host]
                .into_iter()
                .flatten()
                .filter(|host| !is_mapped(host))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether a host is the target's.
    pub(super) fn knows(&self, host: &str) -> bool {
        let mapped = self.mapped.iter().map(|map| &map.host);
        mapped
            .chain(self.system.iter())
            .any(|known| known.eq_ignore_ascii_case(host))
    }

    /// The names with an address of their own at this port of a URL.
    pub(super) fn mapped(&self, port: u16) -> impl Iterator<Item = (&str, SocketAddr)> {
        self.mapped
            .iter()
            .filter(move |map| map.port == port)
            .map(|map| {
                let address = SocketAddr::new(map.address, map.address_port);
                (map.host.as_str(), address)
            })
    }

    /// What a client asks for all other names.
    pub(super) fn resolver(&self) -> Arc<SystemNames> {
        Arc::new(SystemNames(Arc::clone(&self.system)))
    }

    /// Where a host and port of a URL are.
    pub(super) async fn address(&self, host: &str, port: u16) -> Result<SocketAddr, String> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, port));
        }
        let mapped = self
            .mapped(port)
            .find(|(name, _)| name.eq_ignore_ascii_case(host));
        if let Some((_, address)) = mapped {
            return Ok(address);
        }
        lookup(&self.system, host, port)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| format!("dns error: `{host}` has no address"))
    }
}

/// The system's resolver, for some names only.
#[derive(Debug)]
pub(super) struct SystemNames(Arc<[String]>);

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        let names = Arc::clone(&self.0);
        Box::pin(async move {
            let found = lookup(&names, name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

async fn lookup(names: &[String], host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    if !names.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return Err(format!(
            "dns error: `{host}` has no address at this port of this target"
        ));
    }
    match tokio::net::lookup_host((host, port)).await {
        Ok(found) => Ok(found.collect()),
        Err(error) => Err(format!("dns error: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(host_map: Vec<HostMapping>) -> Endpoints {
        Endpoints {
            page_url: "https://app.example/".parse().unwrap(),
            sdk_url: "https://cdn.example/x.js".parse().unwrap(),
            probe_url: None,
            host_map,
            closed: true,
            spki: vec![],
            ca_pem: None,
        }
    }

    fn mapping(host: &str, port: u16, address_port: u16) -> HostMapping {
        HostMapping {
            host: host.into(),
            port,
            address: "127.0.0.1".parse().unwrap(),
            address_port,
        }
    }

    #[tokio::test]
    async fn a_host_has_an_address_per_port() {
        let map = vec![
            mapping("cdn.example", 443, 4001),
            mapping("cdn.example", 80, 4002),
        ];
        let hosts = Hosts::new(&endpoints(map), true, None);
        let port = async |port| hosts.address("CDN.example", port).await.map(|to| to.port());
        assert_eq!(port(443).await, Ok(4001));
        assert_eq!(port(80).await, Ok(4002));
        let refused = port(8443).await.unwrap_err();
        assert!(refused.starts_with("dns error: `CDN.example`"), "{refused}");
        let by_number = hosts.address("[::1]", 7).await;
        assert_eq!(by_number, Ok("[::1]:7".parse().unwrap()));
    }

    #[test]
    fn a_deployments_page_host_is_not_contacted() {
        let map = vec![mapping("app.example", 443, 4001)];
        let local = Hosts::new(&endpoints(map.clone()), true, None);
        assert!(local.knows("app.example"));
        let deployed = Hosts::new(&endpoints(map), false, Some("token.example"));
        assert!(!deployed.knows("app.example"));
        assert!(deployed.knows("cdn.example") && deployed.knows("token.example"));
    }
}
