//! The first message of a TLS handshake, made by hand, and what a server says to it.
//!
//! No TLS library in use here speaks 1.0 or 1.1, and whether a server still does is what is asked.
//! Reading and writing are pure; [`probe`] is all that touches a socket.

mod client_hello;
mod server_hello;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use greenroom_model::exchange::{Handshake, HandshakeAnswer, TlsVersion};
use rustls::crypto::CryptoProvider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::client_hello::{Random, client_hello};
use self::server_hello::read;
use crate::failure::chain;

/// A server that says more than this before it answers does not speak TLS, bytes.
const MOST: usize = 64 * 1024;

/// Offers `version` and no later one to whoever answers for `host` at `address`.
pub(crate) async fn probe(
    address: SocketAddr,
    host: &str,
    version: TlsVersion,
    limit: Duration,
) -> Handshake {
    let answer = match timeout(limit, ask(address, host, version)).await {
        Ok(answer) => answer,
        Err(_) => HandshakeAnswer::Unknown(format!("no answer within {} ms", limit.as_millis())),
    };
    Handshake {
        host: host.to_owned(),
        offered: version,
        answer,
    }
}

async fn ask(address: SocketAddr, host: &str, version: TlsVersion) -> HandshakeAnswer {
    let unknown = |what: &str, error: &dyn std::error::Error| {
        HandshakeAnswer::Unknown(format!("{what}: {}", chain(error)))
    };
    let Some(random) = random() else {
        return HandshakeAnswer::Unknown("the system gives no random bytes".to_owned());
    };
    let mut stream = match TcpStream::connect(address).await {
        Ok(stream) => stream,
        Err(error) => return unknown("cannot connect", &error),
    };
    if let Err(error) = stream
        .write_all(&client_hello(host, version, &random))
        .await
    {
        return unknown("cannot send", &error);
    }
    let mut received = Vec::new();
    loop {
        if let Some(answer) = read(&received) {
            return answer;
        }
        if received.len() > MOST {
            return HandshakeAnswer::Unknown(format!("no answer in {} bytes", received.len()));
        }
        match stream.read_buf(&mut received).await {
            Ok(0) => return HandshakeAnswer::Closed,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return HandshakeAnswer::Closed;
            }
            Err(error) => return unknown("cannot read", &error),
        }
    }
}

fn random() -> Option<Random> {
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    let mut random = Random::default();
    for part in [&mut random.hello, &mut random.session, &mut random.share] {
        provider.secure_random.fill(part).ok()?;
    }
    Some(random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(20);

    /// What is made of a server that reads the hello, says this and closes.
    async fn against(says: &'static [u8]) -> HandshakeAnswer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).await.unwrap();
            let mut rest = vec![0; usize::from(u16::from_be_bytes([hello[3], hello[4]]))];
            stream.read_exact(&mut rest).await.unwrap();
            stream.write_all(says).await.unwrap();
        };
        let (handshake, ()) = tokio::join!(
            probe(address, "cdn.example", TlsVersion::Tls11, LIMIT),
            server
        );
        assert_eq!(handshake.offered, TlsVersion::Tls11);
        handshake.answer
    }

    #[tokio::test]
    async fn what_a_server_says_is_told_apart() {
        use HandshakeAnswer::{Alert, Closed, Unknown};
        // `protocol_version`, fatal.
        assert_eq!(against(b"\x15\x03\x02\0\x02\x02\x46").await, Alert(70));
        // `unrecognized_name`, a warning, and then nothing.
        assert_eq!(against(b"\x15\x03\x02\0\x02\x01\x70").await, Closed);
        assert_eq!(against(b"").await, Closed);
        let Unknown(reason) = against(b"HTTP/1.1 400 Bad Request\r\n\r\n").await else {
            panic!("that is no TLS");
        };
        assert!(reason.contains("not TLS"), "{reason}");
    }

    #[tokio::test]
    async fn nobody_there_is_no_refusal() {
        let taken = tokio::net::TcpSocket::new_v4().unwrap();
        taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = taken.local_addr().unwrap();
        let handshake = probe(address, "cdn.example", TlsVersion::Tls12, LIMIT).await;
        assert!(matches!(handshake.answer, HandshakeAnswer::Unknown(_)));
    }

    /// A server of the TLS library speaks 1.2 and 1.3 and nothing before.
    #[tokio::test]
    async fn the_local_stack_takes_1_2_and_1_3() {
        use crate::home;
        use greenroom_fixtures::{CDN_HOST, Stack, StackOptions};
        let options = StackOptions::new(home::sdk_bundle(None).unwrap());
        let stack = Stack::start(options).await.unwrap();
        let answer = async |version| {
            let handshake = probe(stack.address(), CDN_HOST, version, LIMIT).await;
            handshake.answer
        };
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            assert_eq!(answer(version).await, HandshakeAnswer::Accepted(version));
        }
        for version in [TlsVersion::Tls10, TlsVersion::Tls11] {
            let refused = answer(version).await;
            assert!(matches!(refused, HandshakeAnswer::Alert(_)), "{refused:?}");
        }
        stack.shutdown().await;
    }
}
