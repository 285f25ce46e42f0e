//! From chromedriver's `debuggerAddress` to the browser's WebSocket, by plain HTTP on loopback.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::DevtoolsError;

/// No answer read here is longer than a few hundred bytes.
const BODY_LIMIT: usize = 64 * 1024;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Asks `http://{address}/json/version` for `webSocketDebuggerUrl`.
pub(crate) async fn web_socket_url(
    address: &str,
    limit: Duration,
) -> Result<String, DevtoolsError> {
    let failed = |source: Cause| DevtoolsError::Connect {
        address: address.to_owned(),
        source,
    };
    let body = http_get(address, "/json/version", limit)
        .await
        .map_err(failed)?;
    let version: Value = serde_json::from_slice(&body).map_err(|error| failed(error.into()))?;
    version["webSocketDebuggerUrl"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| failed("`/json/version` names no `webSocketDebuggerUrl`".into()))
}

/// One GET over a connection of its own.
pub(crate) async fn http_get(address: &str, path: &str, limit: Duration) -> Result<Bytes, Cause> {
    let exchange = async {
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::get(path)
            .header(http::header::HOST, address)
            .body(Empty::<Bytes>::new())?;
        let answer = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), BODY_LIMIT)
                .collect()
                .await?
                .to_bytes();
            if status == StatusCode::OK {
                Ok(body)
            } else {
                Err(Cause::from(format!("`{path}` answered {status}")))
            }
        };
        tokio::pin!(answer);
        tokio::select! {
            body = &mut answer => body,
            ended = connection => {
                ended?;
                answer.await
            }
        }
    };
    tokio::time::timeout(limit, exchange)
        .await
        .map_err(|_| Cause::from(format!("no answer within {} ms", limit.as_millis())))?
}
