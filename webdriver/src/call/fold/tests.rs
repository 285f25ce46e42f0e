//! Events of a page, and what they fold into.

use std::time::Duration;

use serde_json::json;

use super::*;

/// A page whose zero is 1 s before `now`, at 1,000 s since 1970.
fn fold(now: Instant) -> Fold {
    let answer = json!([1_000.0, 1_000_000.0]);
    let clock = PageClock::read(now, &answer).unwrap();
    let url = "https://api.example/token".parse().unwrap();
    let mut fold = Fold::new(clock, Observation::new("main", "b", ""), "p", url);
    assert_eq!(fold.take_happened()[0].what, CallEventKind::Navigated);
    fold
}

fn event(method: &str, params: Value) -> Event {
    Event {
        method: method.into(),
        params,
    }
}

fn told(at_ms: f64, what: &Value) -> Event {
    let payload = json!([at_ms, what]).to_string();
    event(
        "Runtime.bindingCalled",
        json!({"name": "p", "payload": payload}),
    )
}

fn sent(method: &str, url: &str) -> Event {
    event(
        "Network.requestWillBeSent",
        json!({"requestId": "1", "timestamp": 50.0, "wallTime": 1_002.0, "type": "Fetch",
            "request": {"url": url, "method": method, "postData": r#"{"action":"join"}"#}}),
    )
}

fn answered(status: u16) -> Event {
    event(
        "Network.responseReceived",
        json!({"requestId": "1", "response": {"status": status}}),
    )
}

#[test]
fn an_answer_is_told_at_its_end_on_our_clock() {
    let now = Instant::now();
    let mut fold = fold(now);
    fold.take(&sent("POST", "https://api.example/token?x=1"));
    fold.take(&answered(200));
    let finished = json!({"requestId": "1", "timestamp": 50.25});
    let ask = fold.take(&event("Network.loadingFinished", finished));
    let request_id = "1".to_owned();
    assert_eq!(ask, Ask::Body { request_id });
    assert_eq!(fold.take_happened(), []);
    fold.body("1", Ok(r#"{"meeting":{"MeetingId":"m"}}"#));
    let happened = fold.take_happened();
    let CallEventKind::Token(answer) = &happened[0].what else {
        panic!("{happened:?}");
    };
    assert_eq!((answer.action.as_str(), answer.status), ("join", 200));
    assert_eq!(answer.meeting_id.as_deref(), Some("m"));
    // 1,002.25 s since 1970 is 2.25 s after the page's zero.
    assert_eq!(happened[0].at, now + Duration::from_millis(1_250));
    assert_eq!(fold.state.answers.len(), 1);
    fold.body("1", Ok("{}"));
    assert_eq!(fold.state.answers.len(), 1, "told once");
}

#[test]
fn an_answer_that_never_came_has_status_0_and_one_without_body_its_own() {
    let mut fold = fold(Instant::now());
    fold.take(&sent("POST", "https://api.example/token"));
    let failed = json!({"requestId": "1", "timestamp": 50.25, "errorText": "net::ERR_FAILED"});
    fold.take(&event("Network.loadingFailed", failed));
    fold.take(&sent("POST", "https://api.example/token"));
    fold.take(&answered(500));
    fold.body("1", Err("evicted"));
    let answers: Vec<(u16, Option<&str>)> = fold
        .state
        .answers
        .iter()
        .map(|(_, answer)| (answer.status, answer.error.as_deref()))
        .collect();
    assert_eq!(
        answers,
        [(0, Some("net::ERR_FAILED")), (500, Some("evicted"))]
    );
}

#[test]
fn neither_preflights_nor_other_addresses_are_token_requests() {
    let mut fold = fold(Instant::now());
    for request in [
        sent("OPTIONS", "https://api.example/token"),
        sent("POST", "https://api.example/other"),
        sent("POST", "https://api.example:8443/token"),
    ] {
        fold.take(&request);
        let finished = json!({"requestId": "1", "timestamp": 51.0});
        let ask = fold.take(&event("Network.loadingFinished", finished));
        assert_eq!(ask, Ask::None, "{request:?}");
    }
}

#[test]
fn the_state_is_what_was_told_last() {
    let now = Instant::now();
    let mut fold = fold(now);
    for (at_ms, what) in [
        (
            1_000.0,
            json!({"kind": "present", "attendee": "a", "user": "u"}),
        ),
        (
            1_001.0,
            json!({"kind": "tile", "attendee": "a", "shown": true}),
        ),
        (
            1_002.0,
            json!({"kind": "muted", "attendee": "a", "muted": true}),
        ),
        (
            1_003.0,
            json!({"kind": "status", "state": "joined", "text": "In"}),
        ),
        (
            1_004.0,
            json!({"kind": "switch", "device": "camera", "off": true}),
        ),
    ] {
        fold.take(&told(at_ms, &what));
    }
    let remote = Remote {
        user: "u".into(),
        tile: true,
        muted: true,
    };
    assert_eq!(fold.state.remotes["a"], remote);
    assert_eq!(fold.state.status.as_ref().unwrap().state, "joined");
    assert_eq!(fold.state.camera_off, Some(true));
    assert_eq!(fold.take_happened().len(), 5);
    fold.take(&told(1_005.0, &json!({"kind": "left", "attendee": "a"})));
    assert!(fold.state.remotes.is_empty());
    assert_eq!(
        fold.take_happened(),
        [CallEvent {
            at: now + Duration::from_millis(5),
            what: CallEventKind::RemoteLeft {
                attendee: "a".into()
            },
        }]
    );
}

#[test]
fn a_tap_on_join_begins_anew_and_one_on_mute_does_not() {
    let mut fold = fold(Instant::now());
    let tap = |id: &str| told(1_000.0, &json!({"kind": "tap", "id": id}));
    let sound = told(1_100.0, &json!({"kind": "sound"}));
    fold.take(&tap("join"));
    fold.take(&sound);
    fold.take(&tap("microphone"));
    assert!(fold.state.first_remote_audio.is_some());
    fold.take(&tap("join"));
    assert_eq!(fold.state.first_remote_audio, None);
    assert_eq!(fold.state.taps.len(), 3);
}

#[test]
fn what_a_page_invents_is_bounded_and_changes_nothing() {
    let mut fold = fold(Instant::now());
    fold.take_changed();
    for what in [
        json!({"kind": "nonsense"}),
        json!({"kind": "tile", "attendee": "nobody", "shown": true}),
        json!({"kind": "left", "attendee": "nobody"}),
        json!({"kind": "switch", "device": "door", "off": true}),
    ] {
        fold.take(&told(1_000.0, &what));
    }
    let unreadable = json!({"name": "p", "payload": "[1, {"});
    fold.take(&event("Runtime.bindingCalled", unreadable));
    assert!(!fold.take_changed());
    assert_eq!(fold.take_happened(), []);
    for n in 0..REMOTE_LIMIT + 5 {
        let came = json!({"kind": "present", "attendee": n.to_string(), "user": ""});
        fold.take(&told(1_000.0, &came));
    }
    assert_eq!(fold.state.remotes.len(), REMOTE_LIMIT);
}
