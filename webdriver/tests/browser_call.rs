//! Two browsers in a call: what the probe finds of one at the other.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::time::{Duration, Instant};

use greenroom_model::load::LoadEnd;
use greenroom_model::{
    Colour, DeviceProfile, FakeMedia, MediaReading, NetworkProfile, Permission, TokenAnswer,
};
use greenroom_webdriver::{
    CallEventKind, CallPage, CallVisit, Document, Join, LoadError, PageState, Visit,
};
use serde_json::json;
use support::call::{BLUE, CallServer, IDENTITY, JOIN_TOKEN, RED, participant, soon};

const INTERVAL: Duration = Duration::from_secs(1);

fn slow(rtt: Duration) -> NetworkProfile {
    NetworkProfile {
        name: "slow".into(),
        rtt_ms: Some(rtt.as_secs_f64() * 1000.0),
        ..support::unthrottled()
    }
}

async fn wait(page: &CallPage, what: &str, condition: impl FnMut(&PageState) -> bool) {
    let met = page.wait_until(soon(), condition).await.unwrap();
    assert!(met, "{what}: {:#?}", page.state());
}

fn is_of(found: Colour, sent: Colour) -> bool {
    [(found.r, sent.r), (found.g, sent.g), (found.b, sent.b)]
        .iter()
        .all(|(found, sent)| found.abs_diff(*sent) <= 12)
}

fn assert_sees_and_hears(reading: &MediaReading, sent: FakeMedia, other: FakeMedia) {
    assert!(reading.tile);
    let colour = reading.colour.unwrap();
    assert!(
        is_of(colour, sent.colour) && !is_of(colour, other.colour),
        "{reading:?}"
    );
    let (first, last) = reading.counter.unwrap();
    assert_ne!(first, last, "{reading:?}");
    let (before, after) = reading.current_time.unwrap();
    assert!(after > before, "{reading:?}");
    let hz = reading.strongest_hz.unwrap();
    assert!((hz - f64::from(sent.tone_hz)).abs() < 5.0, "{reading:?}");
    assert!(reading.tone_db.unwrap() > 30.0, "{reading:?}");
    let (before, after) = reading.frames_decoded.unwrap();
    assert!(after >= before + 5, "{reading:?}");
    let (before, after) = reading.packets_received.unwrap();
    assert!(after >= before + 20, "{reading:?}");
}

#[tokio::test]
async fn each_sees_and_hears_the_other_until_muted_and_switched_off() {
    let server = CallServer::start().await;
    let (mut red, mut blue) = tokio::join!(
        participant(RED, Permission::Granted),
        participant(BLUE, Permission::Granted)
    );
    let began = Instant::now();
    let visit = CallVisit {
        network: slow(Duration::from_millis(400)),
        ..server.visit(&json!({"offers": true, "other": "blue", "thin": true}))
    };
    let mut at_red = red.open(&visit).await.unwrap();
    let mut at_blue = blue
        .open(&server.visit(&json!({"offers": false, "other": "red", "silent": true})))
        .await
        .unwrap();
    let tapped = at_red.tap("#join", soon()).await.unwrap();
    at_blue.tap("#join", soon()).await.unwrap();
    for page in [&at_red, &at_blue] {
        wait(page, "joined", |state| {
            state
                .messages
                .iter()
                .any(|(_, said)| said == "MEETING_JOINED")
                && state.remotes.values().any(|remote| remote.tile)
                && state.first_remote_frame.is_some()
        })
        .await;
    }
    wait(&at_blue, "sound", |state| {
        state.first_remote_audio.is_some()
    })
    .await;
    // Packets of silence are not yet somebody's sound.
    let silence = at_red.read("blue", BLUE, INTERVAL).await.unwrap();
    let (before, after) = silence.packets_received.unwrap();
    assert!(
        after > before && silence.strongest_hz.is_none(),
        "{silence:?}"
    );
    assert_eq!(at_red.state().first_remote_audio, None);
    let spoke = at_blue.tap("#microphone", soon()).await.unwrap();
    wait(&at_red, "sound", |state| state.first_remote_audio.is_some()).await;

    let (seen_by_red, seen_by_blue) = tokio::join!(
        at_red.read("blue", BLUE, INTERVAL),
        at_blue.read("red", RED, INTERVAL)
    );
    assert_sees_and_hears(&seen_by_red.unwrap(), BLUE, RED);
    assert_sees_and_hears(&seen_by_blue.unwrap(), RED, BLUE);
    let found = at_red.snapshot().await.unwrap();
    assert!(
        found.audio_bytes_sent > 0 && found.video_bytes_sent > 0,
        "{found:?}"
    );
    assert!(
        found.frames_decoded > 0 && found.frame_width.is_some(),
        "{found:?}"
    );
    // The slow network is for page, SDK and tokens alone.
    assert!(found.current_round_trip_time.unwrap() < 0.2, "{found:?}");

    // Times of both pages are on our clock, in the order in which things happened.
    let state = at_red.state();
    let ready = state.messages[0].0;
    assert!(began < ready && ready < tapped && tapped < Instant::now());
    assert!(state.first_remote_frame.unwrap() > tapped);
    assert!(state.first_remote_audio.unwrap() > spoke);
    let kinds: Vec<CallEventKind> = at_red.take_events().into_iter().map(|e| e.what).collect();
    assert_eq!(kinds[0], CallEventKind::Navigated);
    assert!(kinds.contains(&CallEventKind::Tap("join".into())));
    assert!(kinds.contains(&CallEventKind::RemoteTile {
        attendee: "blue".into(),
        shown: true
    }));

    let muted = at_red.tap("#microphone", soon()).await.unwrap();
    wait(&at_red, "own sign", |state| {
        state.microphone_off == Some(true)
    })
    .await;
    wait(&at_blue, "sign of mute", |state| state.remotes["red"].muted).await;
    let sign = at_blue.take_events().into_iter().rev().find(|event| {
        event.what
            == CallEventKind::RemoteMuted {
                attendee: "red".into(),
                muted: true,
            }
    });
    // Two browsers, one axis.
    let took = sign.unwrap().at - muted;
    assert!(took < Duration::from_secs(5));
    let reading = at_blue.read("red", RED, INTERVAL).await.unwrap();
    assert_eq!(reading.strongest_hz, None, "{reading:?}");
    assert!(reading.tone_db.unwrap() < 10.0, "{reading:?}");
    assert!(is_of(reading.colour.unwrap(), RED.colour), "{reading:?}");

    at_red.tap("#camera", soon()).await.unwrap();
    wait(&at_blue, "no tile", |state| !state.remotes["red"].tile).await;
    let reading = at_blue.read("red", RED, INTERVAL).await.unwrap();
    assert!(
        !reading.tile && reading.colour.is_none() && reading.counter.is_none(),
        "{reading:?}"
    );

    red.close().await.unwrap();
    blue.close().await.unwrap();
}

/// The width in the frame header (SOF0) of a JPEG.
fn jpeg_width(jpeg: &[u8]) -> u16 {
    assert!(jpeg.starts_with(b"\xff\xd8\xff"));
    let header = jpeg
        .windows(2)
        .position(|pair| pair == b"\xff\xc0")
        .unwrap();
    u16::from_be_bytes(jpeg[header + 7..header + 9].try_into().unwrap())
}

#[tokio::test]
async fn a_picture_is_as_wide_as_asked_for_on_any_device() {
    let server = CallServer::start().await;
    let mut driver = support::driver().await;
    for (device_scale_factor, mobile) in [(1.0, false), (2.5, true)] {
        let visit = CallVisit {
            device: DeviceProfile {
                device_scale_factor,
                mobile,
                width: 400,
                ..support::desktop()
            },
            ..server.visit(&json!({}))
        };
        let page = driver.open(&visit).await.unwrap();
        wait(&page, "ready", |state| !state.messages.is_empty()).await;
        let picture = page.screenshot_jpeg(200).await.unwrap();
        assert_eq!(jpeg_width(&picture), 200);
    }
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_denied_camera_is_told_to_the_page() {
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Denied).await;
    let mut page = driver
        .open(&server.visit(&json!({"offers": true})))
        .await
        .unwrap();
    page.tap("#join", soon()).await.unwrap();
    wait(&page, "refusal", |state| {
        state
            .status
            .as_ref()
            .is_some_and(|status| status.state == "failed")
    })
    .await;
    let state = page.state();
    let (_, said) = state.messages.last().unwrap();
    assert!(said.starts_with("JOIN_ERROR: NotAllowedError"), "{said}");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_killed_browser_is_a_lost_page_soon() {
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Granted).await;
    let page = driver
        .open(&server.visit(&json!({"offers": true})))
        .await
        .unwrap();
    wait(&page, "ready", |state| !state.messages.is_empty()).await;
    driver.kill_browser().await.unwrap();
    let error = page.wait_until(soon(), |_| false).await.unwrap_err();
    assert!(error.session_lost(), "{error:?}");
    driver.close().await.unwrap();
}

/// The token service's answer to one tap on join, with when it came after it.
async fn asked(
    settings: serde_json::Value,
    network: NetworkProfile,
) -> (TokenAnswer, Duration, PageState) {
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Granted).await;
    let visit = CallVisit {
        network,
        ..server.visit(&settings)
    };
    let mut page = driver.open(&visit).await.unwrap();
    let tapped = page.tap("#join", soon()).await.unwrap();
    wait(&page, "answer", |state| {
        let left = ["failed", "joined"];
        !state.answers.is_empty()
            && state
                .status
                .as_ref()
                .is_some_and(|status| left.contains(&status.state.as_str()))
    })
    .await;
    driver.close().await.unwrap();
    let state = page.state();
    let (at, answer) = state.answers[0].clone();
    (answer, at.duration_since(tapped), state)
}

#[tokio::test]
async fn answers_of_the_token_service_are_told_without_their_tokens() {
    let (answer, _, state) = asked(json!({}), support::unthrottled()).await;
    let expected = TokenAnswer {
        action: "join".into(),
        status: 200,
        error: None,
        meeting_id: Some("meeting-1".into()),
        session_id: Some("session-1".into()),
        attendee_id: Some("attendee-1".into()),
        external_user_id: Some("user-1".into()),
        stack_trace: None,
    };
    assert_eq!(answer, expected);
    let logged = &state.console[0].text;
    assert_eq!(logged, "joining with [secret]");
    let everything = format!("{state:?}");
    assert!(
        !everything.contains(JOIN_TOKEN) && !everything.contains(IDENTITY),
        "{state:#?}"
    );
}

#[tokio::test]
async fn a_refusal_is_told_in_the_services_words() {
    let token = "a-token-that-nobody-signed";
    let (answer, _, state) = asked(json!({"identityToken": token}), support::unthrottled()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.error.as_deref(), Some("Invalid or expired token"));
    let (_, said) = state.messages.last().unwrap();
    assert_eq!(said, "JOIN_ERROR: Error: Invalid or expired token [secret]");
}

#[tokio::test]
async fn no_answer_is_told_with_status_0() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", free.local_addr().unwrap());
    drop(free);
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Granted).await;
    let visit = CallVisit {
        token_url: url.parse().unwrap(),
        ..server.visit(&json!({"tokenUrl": url}))
    };
    let mut page = driver.open(&visit).await.unwrap();
    page.tap("#join", soon()).await.unwrap();
    wait(&page, "no answer", |state| !state.answers.is_empty()).await;
    let (_, answer) = page.state().answers.remove(0);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.error.is_some(), "{answer:?}");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_slow_network_slows_the_token_request_and_no_other() {
    let rtt = Duration::from_secs(2);
    let (answer, took, state) = asked(json!({"measures": true}), slow(rtt)).await;
    assert_eq!(answer.status, 200);
    assert!(took >= rtt, "{took:?}");
    let other = state
        .messages
        .iter()
        .find_map(|(_, said)| said.strip_prefix("BOX "))
        .unwrap();
    assert!(other.parse::<f64>().unwrap() < 1_000.0, "{other} ms");
}

#[tokio::test]
async fn what_cannot_be_tapped_on_is_an_error_at_the_deadline() {
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Granted).await;
    let mut page = driver.open(&server.visit(&json!({}))).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(1);
    let error = page.tap("#nothing", deadline).await.unwrap_err();
    assert!(matches!(error, LoadError::NotTapped { .. }), "{error:?}");
    assert!(!error.session_lost());
    let visit = CallVisit {
        document: Document::Url("https://unknown.example/".parse().unwrap()),
        ..server.visit(&json!({}))
    };
    let error = driver.open(&visit).await.map(drop).unwrap_err();
    assert!(matches!(error, LoadError::NoDocument { .. }), "{error:?}");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_load_may_go_on_until_the_page_is_in_the_call() {
    let server = CallServer::start().await;
    let mut driver = participant(RED, Permission::Granted).await;
    let mut load = async |settings| {
        let opened = server.visit(&settings);
        let visit = Visit {
            join: Some(Join {
                page: opened.page,
                token_url: opened.token_url,
                message: "MEETING_JOINED".into(),
            }),
            ..support::visit(opened.document, opened.sdk_url)
        };
        driver.load(&visit).await.unwrap()
    };
    let joined = load(json!({"autojoin": true})).await;
    assert_eq!(joined.ended, LoadEnd::Ready, "{joined:#?}");
    assert!(joined.connected_ms.unwrap() > joined.sdk_ready_ms.unwrap());
    let everything = format!("{joined:?}");
    assert!(!everything.contains(IDENTITY), "{everything}");

    let refused = load(json!({"autojoin": true, "identityToken": "forged-token"})).await;
    assert_eq!(refused.ended, LoadEnd::Failed, "{refused:#?}");
    assert!(refused.sdk_ready_ms.is_some());
    assert_eq!(refused.connected_ms, None);
    driver.close().await.unwrap();
}
