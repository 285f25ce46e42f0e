//! Requests: which try counts.

use greenroom_model::{Exchange, Header};

use super::journals::{header, plan};
use crate::journal::{ExchangeOutcome, ExchangeRecord, Record, TargetKind};
use crate::judge::results;
use crate::plan::{AskedCheck, At, Check, Probe, Request, Work};
use crate::results::Outcome;

#[test]
fn requests_are_judged_by_their_last_try() {
    let request = Request {
        title: "the SDK file".to_owned(),
        probe: Probe::Http,
        over: None,
        method: "GET".to_owned(),
        url: "https://cdn.example/sdk.js".to_owned(),
        headers: Vec::new(),
        body: None,
        needs_calls: false,
        attempts: 3,
        timeout_ms: 5_000,
        checks: vec![
            AskedCheck {
                text: "status is 200".to_owned(),
                at: At { line: 3, column: 1 },
                check: Check::Status(vec![200]),
            },
            AskedCheck {
                text: "cache-control has immutable".to_owned(),
                at: At { line: 4, column: 1 },
                check: Check::HeaderHas {
                    name: "cache-control".to_owned(),
                    token: "immutable".to_owned(),
                },
            },
        ],
        at: At { line: 2, column: 1 },
    };
    let answer = |status| {
        ExchangeOutcome::Answer(Box::new(Exchange {
            method: "GET".to_owned(),
            url: request.url.clone(),
            request_headers: Vec::new(),
            status,
            protocol: "h2".to_owned(),
            headers: vec![Header {
                name: "cache-control".to_owned(),
                value: "public".to_owned(),
            }],
            body_bytes: 1,
            decoded_bytes: 1,
            integrity: String::new(),
            body_start: String::new(),
            decode_error: None,
            json: Vec::new(),
            json_error: None,
            stack_trace: None,
            time_to_headers_ms: 1.0,
            duration_ms: 1.0,
            longest_pause_ms: None,
        }))
    };
    let tried = |attempt, status| {
        Record::Exchange(Box::new(ExchangeRecord {
            plan: 0,
            request: 0,
            attempt,
            at_ms: 1.0,
            outcome: answer(status),
        }))
    };
    let records = [
        header(TargetKind::Deployed),
        plan(Work::Requests(vec![request.clone()])),
        tried(1, 503),
        tried(2, 200),
    ];
    let run = results(&records).unwrap();
    let lines: Vec<String> = run
        .verdicts
        .iter()
        .map(|verdict| {
            format!(
                "{:?} {}: {}",
                verdict.outcome, verdict.check, verdict.evidence
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Pass SDK load / the SDK file / status is 200: status 200 (last of 2 tries); seen on cdn.medzen.example",
            "Fail SDK load / the SDK file / cache-control has immutable: `cache-control: public` (last of 2 tries); seen on cdn.medzen.example",
        ]
    );
    let result = &run.scenarios[0].requests[0];
    assert_eq!(
        (result.attempts, result.verdicts.as_slice()),
        (2, [0, 1].as_slice())
    );
    assert_eq!(
        run.headline.gate,
        "Gate failed on cdn.medzen.example: 1 of 2 checks does not hold."
    );
    assert_eq!(results(&records[..2]).unwrap().outcome, Outcome::Skipped);
}
