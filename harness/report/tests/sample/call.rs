//! A synthetic call of provider and patient in which one step did not hold. Nothing in it was
//! measured.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenroom_core::plan::{At, Op, Source};
use greenroom_core::results::{
    AskedMedia, CallTiming, Counts, LimitRow, MediaRow, MeetingResult, Outcome, ParticipantResult,
    Picture, Results, RowsRow, ScenarioResult, StatsPoint, StepRow, TimelineEvent, TimelineKind,
    Verdict,
};
use greenroom_model::{
    CallMetric, Colour, Delivery, DeviceProfile, FakeMedia, MediaReading, NetworkProfile,
    PageVariant, Role, RtcSnapshot,
};
use serde_json::json;

use crate::sample::{HOSTILE, sample_results};

const TITLE: &str = "Provider and patient meet";
const PLACE: &str = "seen on the local stack, this machine";

const PROVIDER: FakeMedia = FakeMedia {
    colour: Colour {
        r: 200,
        g: 40,
        b: 40,
    },
    tone_hz: 440,
};
const PATIENT: FakeMedia = FakeMedia {
    colour: Colour {
        r: 40,
        g: 90,
        b: 200,
    },
    tone_hz: 680,
};

/// Step, when it began, how long it took, what became of it.
const STEPS: [(&str, f64, f64, Outcome); 10] = [
    ("provider: start call", 120.0, 2_540.0, Outcome::Pass),
    ("patient: join call", 2_660.0, 2_210.0, Outcome::Pass),
    (
        "all: see and hear each other",
        4_870.0,
        2_400.0,
        Outcome::Pass,
    ),
    ("provider: mute", 7_280.0, 180.0, Outcome::Pass),
    (
        "patient: stops hearing provider",
        7_470.0,
        1_500.0,
        Outcome::Pass,
    ),
    ("provider: unmute", 8_980.0, 160.0, Outcome::Pass),
    ("patient: camera off", 9_150.0, 240.0, Outcome::Pass),
    (
        "provider: stops seeing patient",
        9_400.0,
        1_350.0,
        Outcome::Pass,
    ),
    (
        "patient: end call is refused",
        10_760.0,
        420.0,
        Outcome::Fail,
    ),
    ("provider: end call", 11_190.0, 380.0, Outcome::Pass),
];

/// Limit, whose, of what, ms allowed, ms timed, what became of it.
type Limit = (
    &'static str,
    &'static str,
    CallMetric,
    f64,
    Option<f64>,
    Outcome,
);

const LIMITS: [Limit; 6] = [
    (
        "provider.sdk_ready < 1s",
        "provider",
        CallMetric::SdkReady,
        1_000.0,
        Some(262.0),
        Outcome::Pass,
    ),
    (
        "provider.meeting_created < 2s",
        "provider",
        CallMetric::MeetingCreated,
        2_000.0,
        Some(341.0),
        Outcome::Pass,
    ),
    (
        "patient.connected < 3s",
        "patient",
        CallMetric::Connected,
        3_000.0,
        Some(912.0),
        Outcome::Pass,
    ),
    (
        "patient.mute_seen < 1s",
        "patient",
        CallMetric::MuteSeen,
        1_000.0,
        Some(131.0),
        Outcome::Pass,
    ),
    (
        "patient.end_seen < 100ms",
        "patient",
        CallMetric::EndSeen,
        100.0,
        Some(164.0),
        Outcome::Fail,
    ),
    (
        "provider.mute_seen < 1s",
        "provider",
        CallMetric::MuteSeen,
        1_000.0,
        None,
        Outcome::Inconclusive,
    ),
];

/// A run of one call.
pub(crate) fn call_results() -> Results {
    let mut results = sample_results();
    let verdicts = verdicts();
    let count = |outcome| {
        let number = verdicts.iter().filter(|one| one.outcome == outcome).count();
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    results.counts = Counts {
        pass: count(Outcome::Pass),
        fail: count(Outcome::Fail),
        inconclusive: count(Outcome::Inconclusive),
        ..Counts::default()
    };
    results.headline.gate =
        "Gate failed on the local stack, this machine: 3 of 18 checks do not hold.".to_owned();
    let meeting = meeting();
    results.headline.answers = vec![meeting.sentence.clone()];
    results.verdicts = verdicts;
    results.claims.clear();
    results.notes.clear();
    results.scenarios = vec![ScenarioResult {
        source: Source {
            path: "scenarios/provider-patient-call.yaml".to_owned(),
            title: TITLE.to_owned(),
        },
        comparisons: Vec::new(),
        requests: Vec::new(),
        meeting: Some(meeting),
        diagnoses: Vec::new(),
    }];
    results
}

fn verdicts() -> Vec<Verdict> {
    let steps = STEPS.iter().map(|(text, _, took, outcome)| {
        let evidence = match outcome {
            Outcome::Fail => {
                "403 `PATIENT_CANNOT_END` expected to `end`, 500 `boom` found".to_owned()
            }
            _ if text.starts_with("all:") => proved(PROVIDER) + "; " + &proved(PATIENT),
            _ => format!("the page shows it, after {took} ms"),
        };
        (text.to_string(), *outcome, evidence)
    });
    let limits = LIMITS.iter().map(|(text, _, _, limit, ms, outcome)| {
        let evidence = ms.map_or_else(
            || "it never came from the other's tap on mute to its sign on this page".to_owned(),
            |ms| format!("{ms} ms (expected < {limit} ms)"),
        );
        (text.to_string(), *outcome, evidence)
    });
    let rows = rows()
        .into_iter()
        .map(|row| (row.text, row.outcome, row.sentence));
    steps
        .chain(limits)
        .chain(rows)
        .zip(12..)
        .map(|((text, outcome, evidence), line)| Verdict {
            check: format!("{TITLE} / {text}"),
            outcome,
            evidence: format!("{evidence}; {PLACE}"),
            scenario: 0,
            at: Some(At { line, column: 5 }),
            observed: false,
        })
        .collect()
}

fn proved(sent: FakeMedia) -> String {
    let Colour { r, g, b } = sent.colour;
    format!(
        "colour #{r:02x}{g:02x}{b:02x} expected and found (distance 4, at most 60), counter from \
         31 to 46, 15 frames decoded, tone {} Hz expected and found, 51 audio packets received",
        sent.tone_hz
    )
}

fn rows() -> Vec<RowsRow> {
    let found = |value: serde_json::Value| value.as_object().cloned().into_iter().collect();
    vec![
        RowsRow {
            text: "SELECT status, ended_at, duration_seconds FROM video_call_sessions WHERE id = ${session.id}".to_owned(),
            outcome: Outcome::Pass,
            sentence: "1 row as expected: status `ended`, ended_at `2026-11-22 12:30:31+00`, duration_seconds `9`".to_owned(),
            found: found(json!({"status": "ended", "ended_at": "2026-11-22 12:30:31+00", "duration_seconds": 9})),
        },
        RowsRow {
            text: "SELECT role, status, left_at FROM video_call_participants WHERE video_call_id = ${session.id} ORDER BY role".to_owned(),
            outcome: Outcome::Fail,
            sentence: format!("the call was ended and its rows were not closed: status `left` expected, `{HOSTILE}` found; left_at present expected, NULL found"),
            found: found(json!({"role": "patient", "status": HOSTILE, "left_at": null})),
        },
    ]
}

fn meeting() -> MeetingResult {
    MeetingResult {
        variant: PageVariant::Cdn,
        delivery: Delivery::Webview,
        began_ms: 2_400.0,
        duration_ms: 12_100.0,
        sentence: format!("{TITLE}, on the local stack, this machine: provider and patient saw and heard each other; 14 of 18 checks hold. The call was ended and its rows were not closed."),
        notes: vec![
            "The call was ended and its rows were not closed.".to_owned(),
            "The network class shaped page, SDK and token requests; media ran unshaped (patient: slow-4g).".to_owned(),
        ],
        participants: vec![
            person("provider", Role::Provider, PROVIDER, "desktop", "unthrottled"),
            person("patient", Role::Patient, PATIENT, "low-end-mobile", "slow-4g"),
        ],
        steps: STEPS
            .iter()
            .enumerate()
            .map(|(verdict, (text, began, took, _))| StepRow {
                text: (*text).to_owned(),
                began_ms: Some(*began),
                duration_ms: Some(*took),
                verdict,
            })
            .collect(),
        limits: LIMITS
            .iter()
            .zip(STEPS.len()..)
            .map(|((text, who, metric, value, ms, _), verdict)| LimitRow {
                text: (*text).to_owned(),
                participant: (*who).to_owned(),
                metric: *metric,
                op: Op::Less,
                value: *value,
                ms: *ms,
                verdict,
            })
            .collect(),
        media: media(),
        rows: rows(),
    }
}

fn media() -> Vec<MediaRow> {
    let both = AskedMedia {
        video: true,
        audio: true,
        gone: false,
    };
    let one = |step: usize, from: &str, to: &str, sent: FakeMedia, asked: AskedMedia| {
        let Colour { r, g, b } = sent.colour;
        let silent = asked.gone && asked.audio;
        let dark = asked.gone && asked.video;
        MediaRow {
            step: STEPS[step].0.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            sent,
            asked,
            holds: true,
            seen: !dark,
            heard: !silent,
            found: MediaReading {
                interval_ms: 1_000.0,
                tile: !dark,
                colour: (!dark).then_some(Colour {
                    r: r - 4,
                    g: g + 3,
                    b: b + 2,
                }),
                counter: (!dark).then_some((31, 46)),
                current_time: Some((1.9, 2.9)),
                strongest_hz: (!silent).then(|| f64::from(sent.tone_hz) + 1.2),
                tone_db: Some(if silent { 0.4 } else { 61.3 }),
                frames_decoded: (!dark).then_some((28, 43)),
                packets_received: Some((104, 155)),
            },
            sentence: proved(sent),
        }
    };
    let (video, audio) = (
        AskedMedia {
            audio: false,
            gone: true,
            ..both
        },
        AskedMedia {
            video: false,
            gone: true,
            ..both
        },
    );
    vec![
        one(2, "provider", "patient", PROVIDER, both),
        one(2, "patient", "provider", PATIENT, both),
        one(4, "provider", "patient", PROVIDER, audio),
        one(7, "patient", "provider", PATIENT, video),
    ]
}

fn person(
    name: &str,
    role: Role,
    media: FakeMedia,
    device: &str,
    network: &str,
) -> ParticipantResult {
    let provider = role == Role::Provider;
    ParticipantResult {
        name: name.to_owned(),
        role,
        device: DeviceProfile {
            name: device.to_owned(),
            cpu_rate: 1.0,
            width: 1_280,
            height: 800,
            device_scale_factor: 1.0,
            mobile: !provider,
        },
        network: NetworkProfile {
            name: network.to_owned(),
            down_kbps: None,
            up_kbps: None,
            rtt_ms: None,
        },
        media,
        timings: timings(provider),
        events: events(provider),
        stats: stats(if provider { 1_900.0 } else { 4_300.0 }),
        pictures: vec![Picture {
            at_ms: 7_270.0,
            step: STEPS[2].0.to_owned(),
            jpeg: STANDARD.encode(if provider {
                include_bytes!("provider.jpg").as_slice()
            } else {
                include_bytes!("patient.jpg").as_slice()
            }),
        }],
    }
}

fn timings(provider: bool) -> Vec<CallTiming> {
    use CallMetric as M;
    let all: &[(CallMetric, f64, f64)] = if provider {
        &[
            (M::SdkReady, 262.0, 420.0),
            (M::Token, 341.0, 910.0),
            (M::MeetingCreated, 341.0, 910.0),
            (M::Started, 1_730.0, 1_890.0),
            (M::Connected, 1_320.0, 1_890.0),
            (M::FirstRemoteAudio, 3_980.0, 4_550.0),
            (M::FirstRemoteFrame, 4_240.0, 4_810.0),
        ]
    } else {
        &[
            (M::SdkReady, 301.0, 3_010.0),
            (M::Token, 154.0, 3_514.0),
            (M::Started, 1_562.0, 4_272.0),
            (M::Connected, 912.0, 4_272.0),
            (M::FirstRemoteAudio, 1_010.0, 4_370.0),
            (M::FirstRemoteFrame, 1_290.0, 4_650.0),
            (M::MuteSeen, 131.0, 7_431.0),
            (M::EndSeen, 164.0, 11_374.0),
        ]
    };
    all.iter()
        .map(|&(metric, ms, at_ms)| CallTiming { metric, ms, at_ms })
        .collect()
}

fn events(provider: bool) -> Vec<TimelineEvent> {
    use TimelineKind::{Media, Progress, Tap, Trouble};
    let all: &[(f64, &str, TimelineKind)] = if provider {
        &[
            (158.0, "page opened", Progress),
            (420.0, "SDK ready", Progress),
            (569.0, "tap: start", Tap),
            (575.0, "“Connecting…”", Progress),
            (910.0, "create answered", Progress),
            (1_890.0, "joined", Progress),
            (1_893.0, "“You are in the call.”", Progress),
            (4_550.0, "first remote audio", Media),
            (4_780.0, "tile of patient shown", Media),
            (4_810.0, "first remote frame", Media),
            (7_300.0, "tap: microphone", Tap),
            (9_000.0, "tap: microphone", Tap),
            (9_330.0, "tile of patient gone", Media),
            (11_210.0, "tap: end", Tap),
            (11_300.0, "end answered", Progress),
            (11_390.0, "call ended", Progress),
        ]
    } else {
        &[
            (2_710.0, "page opened", Progress),
            (3_010.0, "SDK ready", Progress),
            (3_360.0, "tap: join", Tap),
            (3_366.0, "“Connecting…”", Progress),
            (3_514.0, "join answered", Progress),
            (4_272.0, "joined", Progress),
            (4_275.0, "“You are in the call.”", Progress),
            (4_370.0, "first remote audio", Media),
            (4_600.0, "tile of provider shown", Media),
            (4_650.0, "first remote frame", Media),
            (7_431.0, "provider muted", Media),
            (9_110.0, "provider not muted", Media),
            (9_170.0, "tap: camera", Tap),
            (10_800.0, "tap: end", Tap),
            (10_890.0, "end: 500 `boom`", Trouble),
            (10_895.0, "MEETING_ERROR: end 500 boom", Trouble),
            (11_374.0, "call ended", Progress),
        ]
    };
    all.iter()
        .map(|&(at_ms, label, kind)| TimelineEvent {
            at_ms,
            label: label.to_owned(),
            kind,
        })
        .collect()
}

fn stats(from_ms: f64) -> Vec<StatsPoint> {
    (0_u32..8)
        .map(|second| {
            let wave = f64::from(second % 4);
            StatsPoint {
                at_ms: from_ms + f64::from(second) * 1_000.0,
                stats: RtcSnapshot {
                    audio_bytes_received: u64::from(second) * (3_900 + u64::from(second % 3) * 120),
                    video_bytes_received: u64::from(second * second) * 4_200,
                    packets_lost: i64::from(second / 4),
                    audio_jitter: (second > 0).then_some(0.002 + wave * 0.000_7),
                    frames_per_second: (second > 1).then_some(13.0 + wave / 2.0),
                    current_round_trip_time: Some(0.000_4 + wave * 0.000_2),
                    ..RtcSnapshot::default()
                },
            }
        })
        .collect()
}
