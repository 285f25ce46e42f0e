//! Clients for HTTP/1.1 and HTTP/2: one for each port of a URL and protocol that is asked for.
//!
//! A client takes one address a name, whatever the port; a CDN has one for 443 and another for 80.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use greenroom_core::plan::HttpVersion;
use reqwest::{Certificate, Client, redirect};

use super::Roots;
use super::hosts::Hosts;

/// As what greenroom's own requests are known in access logs.
pub(crate) const USER_AGENT: &str = concat!("greenroom/", env!("CARGO_PKG_VERSION"));

/// The clients, each made when it is first wanted.
#[derive(Debug)]
pub(super) struct Clients {
    hosts: Hosts,
    roots: Roots,
    made: Mutex<HashMap<(u16, Option<HttpVersion>), Client>>,
}

impl Clients {
    /// None yet.
    pub(super) fn new(hosts: Hosts, roots: Roots) -> Self {
        Self {
            hosts,
            roots,
            made: Mutex::default(),
        }
    }

    /// The client for this port of a URL, by this protocol or the best that the server offers.
    pub(super) fn client(
        &self,
        port: u16,
        over: Option<HttpVersion>,
    ) -> Result<Client, reqwest::Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&(port, over)) {
            return Ok(client.clone());
        }
        let client = self.make(port, over)?;
        made.insert((port, over), client.clone());
        Ok(client)
    }

    fn make(&self, port: u16, over: Option<HttpVersion>) -> Result<Client, reqwest::Error> {
        let mut builder = Client::builder()
            .no_proxy()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .dns_resolver(self.hosts.resolver())
            .pool_max_idle_per_host(4);
        builder = match over {
            Some(HttpVersion::Http1) => builder.http1_only(),
            // Over TLS: nothing else is offered by ALPN (RFC 7301).
            Some(HttpVersion::Http2) => builder.http2_prior_knowledge(),
            Some(HttpVersion::Http3) | None => builder,
        };
        for (host, address) in self.hosts.mapped(port) {
            builder = builder.resolve(host, address);
        }
        let parsed = |pem: &str| Certificate::from_pem_bundle(pem.as_bytes());
        builder = match &self.roots {
            Roots::Only(pem) => builder.tls_certs_only(parsed(pem)?),
            Roots::SystemAnd(Some(pem)) => builder.tls_certs_merge(parsed(pem)?),
            Roots::SystemAnd(None) => builder,
        };
        builder.build()
    }
}
