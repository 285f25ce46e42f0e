//! A trace of V8's compilation, for what it says of the code cache.

use greenroom_model::load::CodeCache;
use serde_json::{Value, json};
use url::Url;

use crate::devtools::{DevtoolsError, TargetSession};
use crate::events::Observation;

/// Exactly these: naming fewer leaves the default categories on, which are a hundred times the
/// data and a third of the load's time.
const CATEGORIES: [&str; 3] = ["devtools.timeline", "v8", "disabled-by-default-v8.compile"];

/// A trace of one load is 130-190 KB; what is longer is not ours.
const TRACE_LIMIT: usize = 64 * 1024 * 1024;

/// Starts tracing.
pub(crate) async fn start(target: &TargetSession) -> Result<(), DevtoolsError> {
    let params = json!({
        "transferMode": "ReturnAsStream",
        "traceConfig": {"includedCategories": CATEGORIES},
    });
    target.call("Tracing.start", params).await.map(drop)
}

/// Ends tracing and reads the trace. Events that come meanwhile are handed on.
pub(crate) async fn end(
    target: &mut TargetSession,
    observation: &mut Observation,
) -> Result<Value, DevtoolsError> {
    const COMPLETE: &str = "Tracing.tracingComplete";
    target.call("Tracing.end", json!({})).await?;
    let complete = async {
        loop {
            let event = target.next_event().await.ok_or(DevtoolsError::Closed)?;
            if event.method == COMPLETE {
                return Ok(event.params["stream"].as_str().map(str::to_owned));
            }
            observation.take(&event);
        }
    };
    let limit = std::time::Duration::from_secs(30);
    let stream = tokio::time::timeout(limit, complete)
        .await
        .map_err(|_| DevtoolsError::Timeout {
            method: COMPLETE.to_owned(),
            limit,
        })??
        .ok_or_else(|| DevtoolsError::Incomplete {
            method: COMPLETE.to_owned(),
            member: "stream",
        })?;
    let mut text = String::new();
    loop {
        let chunk = target.call("IO.read", json!({"handle": stream})).await?;
        text.push_str(chunk["data"].as_str().unwrap_or_default());
        if chunk["eof"] == true || text.len() > TRACE_LIMIT {
            break;
        }
    }
    target.call("IO.close", json!({"handle": stream})).await?;
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// What the trace says of the SDK script's code cache; `None` if it was not compiled from a file.
pub(crate) fn code_cache(trace: &Value, sdk_url: Option<&Url>) -> Option<CodeCache> {
    let sdk_url = sdk_url?.as_str();
    let mut cache: Option<CodeCache> = None;
    for event in trace["traceEvents"].as_array().into_iter().flatten() {
        let data = &event["args"]["data"];
        if event["args"]["fileName"] != sdk_url && data["url"] != sdk_url {
            continue;
        }
        match event["name"].as_str() {
            Some("v8.compile") => {
                let cache = cache.get_or_insert_default();
                cache.consumed_bytes += data["consumedCacheSize"].as_u64().unwrap_or(0);
                cache.rejected |= data["cacheRejected"] == true;
            }
            Some("v8.produceCache") => {
                let cache = cache.get_or_insert_default();
                cache.produced_bytes += data["producedCacheSize"].as_u64().unwrap_or(0);
            }
            _ => {}
        }
    }
    cache
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sdk_file_counts() {
        let sdk: Url = "https://cdn.example/sdk.js".parse().unwrap();
        let trace = json!({"traceEvents": [
            {"name": "v8.compile", "args": {"fileName": "https://cdn.example/sdk.js",
                "data": {"consumedCacheSize": 1000, "cacheRejected": false}}},
            {"name": "v8.compile", "args": {"fileName": "https://app.example/",
                "data": {"consumedCacheSize": 7}}},
            {"name": "v8.produceCache", "args": {"fileName": "https://cdn.example/sdk.js",
                "data": {"producedCacheSize": 500}}},
        ]});
        assert_eq!(
            code_cache(&trace, Some(&sdk)),
            Some(CodeCache {
                consumed_bytes: 1000,
                produced_bytes: 500,
                rejected: false
            })
        );
        assert_eq!(code_cache(&trace, None), None);
        assert_eq!(code_cache(&json!({}), Some(&sdk)), None);
    }
}
