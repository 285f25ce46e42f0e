//! Two browsers in a call: what the probe finds of one at the other.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::time::{Duration, Instant};

use greenroom_model::{Colour, FakeMedia, MediaReading, Permission};
use greenroom_webdriver::{CallEventKind, CallPage, PageState};
use serde_json::json;
use support::call::{BLUE, CallServer, RED, participant, soon};

const INTERVAL: Duration = Duration::from_secs(1);

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
    println!("{reading:?}");
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
    let mut at_red = red
        .open(&server.visit(&json!({"offers": true, "other": "blue"})))
        .await
        .unwrap();
    let mut at_blue = blue
        .open(&server.visit(&json!({"offers": false, "other": "red"})))
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
                && state.first_remote_audio.is_some()
                && state.first_remote_frame.is_some()
        })
        .await;
    }

    let (seen_by_red, seen_by_blue) = tokio::join!(
        at_red.read("blue", &BLUE, INTERVAL),
        at_blue.read("red", &RED, INTERVAL)
    );
    assert_sees_and_hears(&seen_by_red.unwrap(), BLUE, RED);
    assert_sees_and_hears(&seen_by_blue.unwrap(), RED, BLUE);
    let stats = at_red.snapshot().await.unwrap();
    assert!(
        stats.audio_bytes_sent > 0 && stats.video_bytes_sent > 0,
        "{stats:?}"
    );
    assert!(
        stats.frames_decoded > 0 && stats.frame_width.is_some(),
        "{stats:?}"
    );
    assert!(stats.current_round_trip_time.is_some(), "{stats:?}");

    // Times of both pages are on our clock, in the order in which things happened.
    let state = at_red.state();
    let ready = state.messages[0].0;
    assert!(began < ready && ready < tapped && tapped < Instant::now());
    assert!(state.first_remote_frame.unwrap() > tapped);
    assert!(state.first_remote_audio.unwrap() > tapped);
    let kinds: Vec<CallEventKind> = at_red.take_events().into_iter().map(|e| e.what).collect();
    assert_eq!(kinds[0], CallEventKind::Navigated);
    assert!(kinds.contains(&CallEventKind::Tap("join".into())));
    assert!(kinds.contains(&CallEventKind::RemoteTile {
        user: "blue".into(),
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
                user: "red".into(),
                muted: true,
            }
    });
    // Two browsers, one axis.
    let took = sign.unwrap().at - muted;
    println!("mute seen after {took:?}");
    assert!(took < Duration::from_secs(5));
    let reading = at_blue.read("red", &RED, INTERVAL).await.unwrap();
    println!("{reading:?}");
    assert_eq!(reading.strongest_hz, None, "{reading:?}");
    assert!(reading.tone_db.unwrap() < 10.0, "{reading:?}");
    assert!(is_of(reading.colour.unwrap(), RED.colour), "{reading:?}");

    at_red.tap("#camera", soon()).await.unwrap();
    wait(&at_blue, "no tile", |state| !state.remotes["red"].tile).await;
    let reading = at_blue.read("red", &RED, INTERVAL).await.unwrap();
    assert!(
        !reading.tile && reading.colour.is_none() && reading.counter.is_none(),
        "{reading:?}"
    );

    let picture = at_blue.screenshot_jpeg(480).await.unwrap();
    assert!(picture.starts_with(b"\xff\xd8\xff"));
    red.close().await.unwrap();
    blue.close().await.unwrap();
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
