//! A private root certificate: trusted where it was given, and TLS verified all the same.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::sync::Arc;

use greenroom_model::load::LoadEnd;
use greenroom_model::{Endpoints, HostMapping};
use greenroom_webdriver::{Document, Driver, DriverOptions};
use rustls::pki_types::PrivateKeyDer;
use support::{inline_page, visit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const HOST: &str = "private.medzen.example";

/// Serves one page over TLS with a certificate for [`HOST`]; returns the root and the port.
async fn serve() -> (String, u16) {
    let root_key = rcgen::KeyPair::generate().unwrap();
    let mut root = rcgen::CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    root.distinguished_name
        .push(rcgen::DnType::CommonName, "a root for this test");
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(root, root_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec![HOST.to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let _request = stream.read(&mut [0; 4096]).await;
                let page = inline_page("Channel.postMessage('SDK_READY')");
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{page}",
                    page.len()
                );
                let _closed = stream.write_all(answer.as_bytes()).await;
                let _closed = stream.shutdown().await;
            });
        }
    });
    (root_pem, port)
}

fn options(port: u16, ca_pem: Option<String>) -> DriverOptions {
    DriverOptions {
        endpoints: Endpoints {
            host_map: vec![HostMapping {
                host: HOST.into(),
                port: 443,
                address: "127.0.0.1".parse().unwrap(),
                address_port: port,
            }],
            ca_pem,
            ..support::endpoints()
        },
        ..support::options()
    }
}

#[tokio::test]
async fn a_private_root_is_trusted_by_the_browser_that_was_given_it() {
    let (root, port) = serve().await;
    let url: url::Url = format!("https://{HOST}/").parse().unwrap();
    let visit = visit(Document::Url(url), None);

    let mut driver = Driver::start(options(port, Some(root))).await.unwrap();
    let load = driver.load(&visit).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Ready, "{load:#?}");
    assert!(load.secure_context);
    driver.close().await.unwrap();

    let mut driver = Driver::start(options(port, None)).await.unwrap();
    let load = driver.load(&visit).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Failed, "{load:#?}");
    assert_eq!(
        load.network[0].error_text.as_deref(),
        Some("net::ERR_CERT_AUTHORITY_INVALID")
    );
    driver.close().await.unwrap();
}
