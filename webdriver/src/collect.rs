//! Reads from a page, after its load, what only the page knows.

use std::time::Duration;

use greenroom_model::load::{JsHeap, PageLoad, PageMetrics, ScriptElement, SdkPresence};
use greenroom_model::timing::{DocumentTiming, LongTask, ResourceTiming};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::devtools::{DevtoolsError, TargetSession};
use crate::events::cut;
use crate::visit::Visit;

/// How long the page's own code may run within one evaluation, ms: a getter may never return.
const EVALUATION_LIMIT_MS: u32 = 2_000;

/// What `collect.js` answers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    origin: String,
    secure_context: bool,
    document: Option<DocumentTiming>,
    script: Option<ResourceTiming>,
    script_element: Option<ScriptElement>,
    type_of_global: String,
    type_of_ready_symbol: String,
    missing_symbols: Vec<String>,
    long_tasks: Vec<LongTask>,
}

/// Most long tasks, missing symbols and `Server-Timing` entries that are kept, each.
const LIST_LIMIT: usize = 500;

/// How long a main thread that is busy may keep us waiting: a throttled one can be at a task for
/// seconds, one in an endless loop never answers.
const BUSY_LIMIT: Duration = Duration::from_secs(10);

/// Fills in timing, SDK presence and counters; returns whether the page answered. One whose main
/// thread does not come back leaves its part empty; only a lost connection is an error.
pub(crate) async fn collect(
    target: &TargetSession,
    visit: &Visit,
    binding: &str,
    load: &mut PageLoad,
) -> Result<bool, DevtoolsError> {
    let page = target.send("Runtime.evaluate", evaluation(&page_script(visit, binding)));
    let version = target.send("Runtime.evaluate", evaluation(&version_script(visit)));
    let metrics = target.send("Performance.getMetrics", json!({}));
    let Some(page) = tolerate(page.await_within(BUSY_LIMIT).await)? else {
        return Ok(false);
    };
    fill(load, page["result"]["value"].clone());
    if let Some(version) = tolerate(version.await_reply().await)? {
        load.sdk.version = version["result"]["value"].as_str().map(cut);
    }
    if let Some(metrics) = tolerate(metrics.await_reply().await)? {
        load.page_metrics = page_metrics(&metrics);
    }
    Ok(true)
}

/// Heap in use after a forced collection. To be called last: the collection disturbs everything
/// else.
pub(crate) async fn heap(target: &TargetSession) -> Result<Option<JsHeap>, DevtoolsError> {
    let collected = target.send("HeapProfiler.collectGarbage", json!({}));
    let usage = target.send("Runtime.getHeapUsage", json!({}));
    if tolerate(collected.await_reply().await)?.is_none() {
        return Ok(None);
    }
    Ok(tolerate(usage.await_reply().await)?.and_then(|usage| {
        Some(JsHeap {
            used_size: usage["usedSize"].as_f64()?,
            backing_storage_size: usage["backingStorageSize"].as_f64().unwrap_or_default(),
        })
    }))
}

/// A page that hangs or objects is an observation, a lost connection is not.
fn tolerate(answer: Result<Value, DevtoolsError>) -> Result<Option<Value>, DevtoolsError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(DevtoolsError::Timeout { .. } | DevtoolsError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn evaluation(expression: &str) -> Value {
    json!({
        "expression": expression,
        "returnByValue": true,
        "silent": true,
        "timeout": EVALUATION_LIMIT_MS,
    })
}

fn page_script(visit: &Visit, binding: &str) -> String {
    let probe = json!({
        "global": visit.sdk.global,
        "symbols": visit.sdk.symbols,
        "readySymbol": visit.sdk.ready_symbol,
        "sdkUrl": visit.sdk_url.as_ref().map(url::Url::as_str),
    });
    include_str!("collect.js")
        .replace("__PROBE__", &probe.to_string())
        .replace("__BINDING__", &Value::from(binding).to_string())
}

/// The expression stands outside the collecting script, so that a wrong one costs the version
/// only.
fn version_script(visit: &Visit) -> String {
    format!(
        "String(globalThis[{}].{})",
        Value::from(visit.sdk.global.as_str()),
        visit.sdk.version_expression
    )
}

fn fill(load: &mut PageLoad, answer: Value) {
    // What a page may have tampered with beyond recognition is left empty.
    let mut answer: Answer = serde_json::from_value(answer).unwrap_or_default();
    for timing in answer.script.iter_mut().chain(
        answer
            .document
            .as_mut()
            .map(|document| &mut document.resource),
    ) {
        bound(timing);
    }
    answer.long_tasks.truncate(LIST_LIMIT);
    answer.missing_symbols.truncate(LIST_LIMIT);
    load.origin = cut(&answer.origin);
    load.secure_context = answer.secure_context;
    load.document = answer.document;
    load.script = answer.script;
    load.script_element = answer.script_element.map(|element| ScriptElement {
        src: cut(&element.src),
        integrity: element.integrity.as_deref().map(cut),
        crossorigin: element.crossorigin.as_deref().map(cut),
    });
    load.long_tasks = answer.long_tasks;
    load.sdk = SdkPresence {
        type_of_global: cut(&answer.type_of_global),
        type_of_ready_symbol: cut(&answer.type_of_ready_symbol),
        missing_symbols: answer
            .missing_symbols
            .iter()
            .map(|name| cut(name))
            .collect(),
        version: None,
    };
}

/// Cuts texts that a server, or a page that tampers with what it is asked, chose.
fn bound(timing: &mut ResourceTiming) {
    if let Some(rest) = timing.name.strip_prefix("data:") {
        let media_type = rest.split([',', ';']).next().unwrap_or_default();
        timing.name = format!("data:{media_type}");
    }
    for text in [
        &mut timing.name,
        &mut timing.next_hop_protocol,
        &mut timing.delivery_type,
        &mut timing.content_type,
    ] {
        *text = cut(text);
    }
    timing.server_timing.truncate(LIST_LIMIT);
    for entry in &mut timing.server_timing {
        entry.name = cut(&entry.name);
        entry.description = cut(&entry.description);
    }
}

/// `Performance.getMetrics` counts durations in s.
fn page_metrics(answer: &Value) -> Option<PageMetrics> {
    let metrics = answer["metrics"].as_array()?;
    let ms = |name: &str| {
        metrics
            .iter()
            .find(|metric| metric["name"] == name)
            .and_then(|metric| metric["value"].as_f64())
            .map(|seconds| seconds * 1000.0)
    };
    Some(PageMetrics {
        script_ms: ms("ScriptDuration")?,
        compile_ms: ms("V8CompileDuration")?,
        task_ms: ms("TaskDuration")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_answers_nonsense_leaves_its_part_empty() {
        let mut load = PageLoad::default();
        fill(&mut load, json!({"origin": 5}));
        assert_eq!(load.origin, "");
        assert_eq!(load.document, None);
    }

    #[test]
    fn the_answer_is_bounded() {
        let mut load = PageLoad::default();
        fill(
            &mut load,
            json!({
                "origin": "null",
                "document": {"name": "data:text/html;charset=utf-8;base64,AAAA", "loadEventEnd": 9.5},
                "script": {"name": "x".repeat(9_000), "transferSize": 12},
                "scriptElement": {"src": "z".repeat(9_000), "integrity": null},
                "typeOfGlobal": "object",
                "longTasks": vec![json!({"startTime": 1.0, "duration": 60.0}); LIST_LIMIT + 1],
                "missingSymbols": ["y".repeat(9_000)],
            }),
        );
        let document = load.document.unwrap();
        assert_eq!(document.resource.name, "data:text/html");
        assert!((document.load_event_end - 9.5).abs() < 1e-9);
        assert_eq!(load.script.unwrap().name.len(), crate::events::TEXT_LIMIT);
        let element = load.script_element.unwrap();
        assert_eq!(element.src.len(), crate::events::TEXT_LIMIT);
        assert_eq!(element.integrity, None);
        assert_eq!(load.long_tasks.len(), LIST_LIMIT);
        assert_eq!(load.sdk.missing_symbols[0].len(), crate::events::TEXT_LIMIT);
    }

    #[test]
    fn durations_become_ms() {
        let answer = json!({"metrics": [
            {"name": "ScriptDuration", "value": 0.25},
            {"name": "V8CompileDuration", "value": 0.5},
            {"name": "TaskDuration", "value": 1.0},
        ]});
        let metrics = page_metrics(&answer).unwrap();
        assert!((metrics.script_ms - 250.0).abs() < 1e-9);
        assert!((metrics.compile_ms - 500.0).abs() < 1e-9);
        assert!((metrics.task_ms - 1000.0).abs() < 1e-9);
        assert_eq!(page_metrics(&json!({"metrics": []})), None);
    }
}
