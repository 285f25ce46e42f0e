//! Requests whose failed checks have a cause, and scenarios that ask for one.

use greenroom_model::exchange::TlsVersion;
use greenroom_model::{Delivery, Exchange, Fault, Header, PageTimers, PageVariant};

use super::journals::{header, plan};
use crate::classify::Classified;
use crate::diagnosis::Cause;
use crate::journal::{
    Classification, ExchangeOutcome, ExchangeRecord, LoadRecord, Record, RunEnd, TargetKind,
};
use crate::judge::results;
use crate::plan::{AskedCheck, AskedDiagnosis, At, Check, LoadProbe, Probe, Request, Work};
use crate::results::{FailOn, Outcome, Results};

const URL: &str = "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js";

fn request(probe: Probe, checks: Vec<Check>) -> Request {
    Request {
        title: match probe {
            Probe::Http => "the file",
            Probe::Load(_) => "the page",
            Probe::Handshake(_) => "the handshake",
        }
        .to_owned(),
        probe,
        method: "GET".to_owned(),
        url: URL.to_owned(),
        over: None,
        headers: Vec::new(),
        body: None,
        needs_calls: false,
        attempts: 1,
        timeout_ms: 5_000,
        checks: checks
            .into_iter()
            .enumerate()
            .map(|(index, check)| AskedCheck {
                text: format!("check {}", index + 1),
                at: At { line: 5, column: 1 },
                check,
            })
            .collect(),
        at: At { line: 4, column: 1 },
    }
}

/// A missing file, looked at on the wire, and a page that was loaded.
fn asked() -> Vec<Request> {
    let header = "access-control-allow-origin".to_owned();
    vec![
        request(
            Probe::Http,
            vec![
                Check::Status(vec![200]),
                Check::HeaderPresent { name: header },
            ],
        ),
        request(
            Probe::Load(LoadProbe {
                variant: PageVariant::Cdn,
                delivery: Delivery::Webview,
                again: false,
                page_timers: PageTimers::default(),
            }),
            vec![Check::Became(vec![Classification::Ready])],
        ),
    ]
}

/// An answer as S3 gives it where the key is not there.
fn missing() -> ExchangeOutcome {
    ExchangeOutcome::Answer(Box::new(Exchange {
        method: "GET".to_owned(),
        url: URL.to_owned(),
        request_headers: Vec::new(),
        status: 404,
        protocol: "h2".to_owned(),
        headers: vec![Header {
            name: "server".to_owned(),
            value: "AmazonS3".to_owned(),
        }],
        body_bytes: 240,
        decoded_bytes: 240,
        integrity: "sha384-other".to_owned(),
        body_start: "<?xml version=\"1.0\" encoding=\"UTF-8\"?> <Error><Code>NoSuchKey</Code>"
            .to_owned(),
        decode_error: None,
        json: Vec::new(),
        json_error: None,
        stack_trace: None,
        time_to_headers_ms: 5.0,
        duration_ms: 6.0,
        longest_pause_ms: None,
    }))
}

fn spoilt() -> ExchangeOutcome {
    ExchangeOutcome::Load(Box::new(LoadRecord {
        variant: PageVariant::Cdn,
        delivery: Delivery::Webview,
        classified: Classified {
            classification: Classification::EnvironmentError,
            reason: Some("the browser is gone".to_owned()),
        },
        load: None,
    }))
}

fn records(
    diagnosis: Option<Vec<Cause>>,
    requests: Vec<Request>,
    outcomes: Vec<ExchangeOutcome>,
) -> Vec<Record> {
    let mut planned = plan(Work::Requests(requests));
    if let Record::Plan { plan } = &mut planned {
        plan.diagnosis = diagnosis.map(|causes| AskedDiagnosis {
            causes,
            at: At {
                line: 2,
                column: 12,
            },
        });
    }
    let mut records = vec![header(TargetKind::Local), planned];
    for (request, outcome) in outcomes.into_iter().enumerate() {
        records.push(Record::Exchange(Box::new(ExchangeRecord {
            plan: 0,
            request,
            attempt: 1,
            at_ms: 10.0,
            outcome,
        })));
    }
    records.push(Record::End {
        how: RunEnd::Finished,
        at_ms: 20.0,
    });
    records
}

fn told(run: &Results) -> Vec<Cause> {
    let told = run.scenarios[0].diagnoses.iter();
    told.map(|one| one.cause).collect()
}

/// The file alone: what is asked of it, and the answer that it is missing.
fn of_the_file(diagnosis: Option<Vec<Cause>>) -> Results {
    let requests = asked()[..1].to_vec();
    results(&records(diagnosis, requests, vec![missing()])).unwrap()
}

#[test]
fn a_cause_is_told_with_the_checks_that_it_explains() {
    let run = of_the_file(None);
    assert_eq!(told(&run), [Cause::MissingKey]);
    assert_eq!(run.scenarios[0].diagnoses[0].explains, [0, 1]);
    assert_eq!((run.outcome, run.counts.fail), (Outcome::Fail, 2));
    assert_eq!(run.headline.answers.len(), 1);
    assert!(run.headline.answers[0].starts_with("SDK load: "));
}

#[test]
fn an_expected_cause_is_all_that_gates() {
    let run = of_the_file(Some(vec![Cause::MissingKey]));
    assert_eq!(
        (run.outcome, run.exit_code(FailOn::Inconclusive)),
        (Outcome::Pass, 0)
    );
    assert_eq!((run.counts.pass, run.counts.fail), (1, 0));
    let observed: Vec<bool> = run
        .verdicts
        .iter()
        .map(|verdict| verdict.observed)
        .collect();
    assert_eq!(observed, [true, true, false]);
    assert_eq!(
        run.verdicts[2].check,
        "SDK load / the diagnosis is missing-key"
    );
    assert_eq!(
        run.verdicts[2].at,
        Some(At {
            line: 2,
            column: 12
        })
    );
    assert_eq!(
        run.headline.gate,
        "Gate passed on the local stack, this machine: 1 of 1 check holds. This says nothing yet of a deployment."
    );
}

#[test]
fn another_cause_fails_with_what_was_diagnosed_instead() {
    for expected in [
        vec![Cause::AccessDenied],
        vec![Cause::MissingKey, Cause::AccessDenied],
        Vec::new(),
    ] {
        let run = of_the_file(Some(expected));
        assert_eq!(
            (run.outcome, run.exit_code(FailOn::Inconclusive)),
            (Outcome::Fail, 1)
        );
        let evidence = &run.verdicts[2].evidence;
        assert!(
            evidence.starts_with("diagnosed instead: missing-key: "),
            "{evidence}"
        );
    }
}

#[test]
fn a_cause_is_not_told_where_every_check_holds() {
    let requests = vec![request(Probe::Http, vec![Check::Status(vec![404])])];
    let run = |causes| {
        let records = records(Some(causes), requests.clone(), vec![missing()]);
        results(&records).unwrap()
    };
    let failed = run(vec![Cause::MissingKey]);
    assert_eq!(failed.outcome, Outcome::Fail);
    assert!(
        failed.verdicts[1]
            .evidence
            .starts_with("nothing was diagnosed: 1 check made, and all hold"),
        "{}",
        failed.verdicts[1].evidence
    );
    assert_eq!(run(Vec::new()).outcome, Outcome::Pass);
}

#[test]
fn what_does_not_hold_without_a_cause_is_not_nothing() {
    let requests = vec![request(
        Probe::Handshake(TlsVersion::Tls12),
        vec![Check::Status(vec![200])],
    )];
    let outcome = ExchangeOutcome::NotSent("no address".to_owned());
    let run = results(&records(Some(Vec::new()), requests, vec![outcome])).unwrap();
    assert_eq!(run.outcome, Outcome::Error);
}

#[test]
fn what_the_environment_spoilt_decides_nothing() {
    let requests = asked()[1..].to_vec();
    let run = results(&records(
        Some(vec![Cause::MissingKey]),
        requests,
        vec![spoilt()],
    ))
    .unwrap();
    assert_eq!(
        (run.outcome, run.exit_code(FailOn::Inconclusive)),
        (Outcome::Error, 3)
    );
    assert!(run.verdicts[1].evidence.contains("the browser is gone"));
}

#[test]
fn a_scenario_that_was_cut_off_is_not_decided() {
    let run = |outcomes| results(&records(Some(vec![Cause::MissingKey]), asked(), outcomes));
    assert_eq!(run(vec![missing()]).unwrap().outcome, Outcome::Inconclusive);
    assert_eq!(run(Vec::new()).unwrap().outcome, Outcome::Skipped);
    let whole = run(vec![missing(), spoilt()]).unwrap();
    assert_eq!(
        (whole.outcome, told(&whole)),
        (Outcome::Pass, vec![Cause::MissingKey])
    );
}

#[test]
fn judges_never_see_the_faults_of_the_whole_stack() {
    let records = records(
        Some(vec![Cause::MissingKey]),
        asked(),
        vec![missing(), spoilt()],
    );
    let mut broken = records.clone();
    for record in &mut broken {
        if let Record::Plan { plan } = record {
            plan.injected = vec![Fault::AccessDenied, Fault::FirstByteDelay(500)];
        }
    }
    assert_ne!(records, broken);
    assert_eq!(results(&records).unwrap(), results(&broken).unwrap());
}

/// What was written before there were loads and diagnoses is read as it was.
#[test]
fn a_journal_from_before_still_reads() {
    let mut lines = Vec::new();
    for record in records(None, asked()[..1].to_vec(), vec![missing()]) {
        let text = serde_json::to_string(&record).unwrap();
        for word in ["probe", "over", "diagnosis", "injected"] {
            assert!(!text.contains(&format!("\"{word}\"")), "{word} in {text}");
        }
        lines.push(serde_json::from_str::<Record>(&text).unwrap());
    }
    assert_eq!(results(&lines).unwrap(), of_the_file(None));
}
