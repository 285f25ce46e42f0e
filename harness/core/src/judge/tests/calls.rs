//! A call of provider and patient, written as a journal: the world in which the meetings of the
//! tests take place.

use greenroom_model::{
    CallMetric, Colour, FakeMedia, IdentityToken, MediaReading, Permission, Role, RtcSnapshot,
    TokenAnswer,
};
use serde_json::json;

use super::journals::{header, plan};
use crate::journal::{
    MediaRecord, MeetingBegin, MeetingEnd, PageEvent, PageEventKind, PictureRecord, Record,
    RowsOutcome, RowsRecord, RtcRecord, RunEnd, StepOutcome, StepRecord, TargetKind,
};
use crate::plan::{
    AskedLimit, AskedRows, AskedStep, At, Direction, ExpectedValue, Meeting, MeetingName, Op,
    Participant, Step, SwitchedDevice, Work,
};
use crate::sampler::synthetic::comparison;

pub(super) const PROVIDER: FakeMedia = FakeMedia {
    colour: Colour {
        r: 200,
        g: 40,
        b: 40,
    },
    tone_hz: 440,
};
pub(super) const PATIENT: FakeMedia = FakeMedia {
    colour: Colour {
        r: 40,
        g: 90,
        b: 200,
    },
    tone_hz: 680,
};

pub(super) fn at(line: u32) -> At {
    At { line, column: 5 }
}

pub(super) fn person(name: &str, role: Role, media: FakeMedia) -> Participant {
    let like = comparison();
    Participant {
        name: name.to_owned(),
        role,
        identity: IdentityToken::Valid,
        device: like.device,
        network: like.network,
        camera: Permission::Granted,
        media,
    }
}

fn both_ways(video: bool) -> Vec<Direction> {
    let way = |from: &str, to: &str| Direction {
        from: from.to_owned(),
        to: to.to_owned(),
        video,
        audio: true,
    };
    vec![way("provider", "patient"), way("patient", "provider")]
}

pub(super) fn step(text: &str, step: Step) -> AskedStep {
    AskedStep {
        text: text.to_owned(),
        at: at(9),
        step,
    }
}

fn limit(text: &str, participant: &str, metric: CallMetric, value: f64) -> AskedLimit {
    AskedLimit {
        text: text.to_owned(),
        at: at(20),
        participant: participant.to_owned(),
        metric,
        op: Op::Less,
        value,
    }
}

/// Start, join, see and hear, mute, end; with limits and a query.
pub(super) fn meeting() -> Meeting {
    let like = comparison();
    let who = |name: &str| name.to_owned();
    Meeting {
        participants: vec![
            person("provider", Role::Provider, PROVIDER),
            person("patient", Role::Patient, PATIENT),
        ],
        variant: like.candidate,
        delivery: like.delivery,
        page_timers: like.page_timers,
        timeout_ms: 20_000,
        steps: vec![
            step(
                "provider: start call",
                Step::StartCall {
                    who: who("provider"),
                },
            ),
            step(
                "patient: join call",
                Step::JoinCall {
                    who: who("patient"),
                },
            ),
            step(
                "all: see and hear each other",
                Step::Receives {
                    directions: both_ways(true),
                },
            ),
            step(
                "provider: mute",
                Step::Switch {
                    who: who("provider"),
                    device: SwitchedDevice::Microphone,
                    on: false,
                },
            ),
            step(
                "patient: stops hearing provider",
                Step::StopsReceiving {
                    directions: vec![Direction {
                        video: false,
                        ..both_ways(true)[0].clone()
                    }],
                },
            ),
            step(
                "provider: end call",
                Step::EndCall {
                    who: who("provider"),
                },
            ),
        ],
        expectations: vec![
            limit(
                "provider.meeting_created < 2s",
                "provider",
                CallMetric::MeetingCreated,
                2_000.0,
            ),
            limit(
                "patient.connected < 3s",
                "patient",
                CallMetric::Connected,
                3_000.0,
            ),
            limit(
                "patient.mute_seen < 1s",
                "patient",
                CallMetric::MuteSeen,
                1_000.0,
            ),
            limit(
                "patient.end_seen < 2s",
                "patient",
                CallMetric::EndSeen,
                2_000.0,
            ),
        ],
        records: vec![AskedRows {
            text: "SELECT status, ended_at FROM video_call_sessions WHERE id = ${session.id}"
                .to_owned(),
            at: at(30),
            sql: "SELECT status, ended_at FROM video_call_sessions WHERE id = $1".to_owned(),
            parameters: vec![MeetingName::SessionId],
            rows: vec![vec![
                ("status".to_owned(), ExpectedValue::Is(json!("ended"))),
                ("ended_at".to_owned(), ExpectedValue::Present),
            ]],
        }],
        injected: Vec::new(),
    }
}

pub(super) fn page(at_ms: f64, participant: &str, what: PageEventKind) -> Record {
    Record::Page(Box::new(PageEvent {
        plan: 0,
        participant: participant.to_owned(),
        at_ms,
        what,
    }))
}

pub(super) fn posted(text: &str) -> PageEventKind {
    PageEventKind::Message(text.to_owned())
}

pub(super) fn tap(button: &str) -> PageEventKind {
    PageEventKind::Tap(button.to_owned())
}

pub(super) fn answered(action: &str, status: u16, error: Option<&str>) -> TokenAnswer {
    let granted = status == 200 && action != "end";
    TokenAnswer {
        action: action.to_owned(),
        status,
        error: error.map(str::to_owned),
        meeting_id: granted.then(|| "m-1".to_owned()),
        session_id: (granted && action == "create").then(|| "s-1".to_owned()),
        ..TokenAnswer::default()
    }
}

pub(super) fn over(step: usize, began_ms: f64, at_ms: f64, outcome: StepOutcome) -> Record {
    Record::Step(Box::new(StepRecord {
        plan: 0,
        step,
        began_ms,
        at_ms,
        outcome,
        detail: match outcome {
            StepOutcome::Done => "seen",
            StepOutcome::NotDone => "the page shows nothing",
            StepOutcome::EnvironmentError => "tab crashed",
        }
        .to_owned(),
    }))
}

pub(super) fn reading(sent: FakeMedia) -> MediaReading {
    MediaReading {
        interval_ms: 1_000.0,
        tile: true,
        colour: Some(sent.colour),
        counter: Some((30, 45)),
        current_time: Some((2.0, 3.0)),
        strongest_hz: Some(f64::from(sent.tone_hz)),
        tone_db: Some(52.0),
        frames_decoded: Some((30, 45)),
        packets_received: Some((100, 150)),
    }
}

pub(super) fn media(step: usize, at_ms: f64, from: &str, found: MediaReading) -> Record {
    let (to, sent) = if from == "provider" {
        ("patient", PROVIDER)
    } else {
        ("provider", PATIENT)
    };
    Record::Media(Box::new(MediaRecord {
        plan: 0,
        step,
        at_ms,
        from: from.to_owned(),
        to: to.to_owned(),
        expected_colour: sent.colour,
        expected_tone_hz: sent.tone_hz,
        found,
    }))
}

pub(super) fn rows(outcome: RowsOutcome) -> Record {
    Record::Rows(Box::new(RowsRecord {
        plan: 0,
        step: None,
        query: 0,
        at_ms: 15_000.0,
        outcome,
    }))
}

pub(super) fn found(row: &serde_json::Value) -> RowsOutcome {
    RowsOutcome::Rows(vec![row.as_object().cloned().unwrap_or_default()])
}

/// The journal of a plan's meeting in which everything goes well.
pub(super) fn good_call(of: &Meeting) -> Vec<Record> {
    use PageEventKind::{FirstRemoteAudio, FirstRemoteFrame, Navigated, RemoteMuted, Token};
    use StepOutcome::Done;
    let picture = |step, at_ms, participant: &str| {
        Record::Picture(Box::new(PictureRecord {
            plan: 0,
            step,
            participant: participant.to_owned(),
            at_ms,
            jpeg: format!("picture of {participant} after {step}"),
        }))
    };
    let rtc = |at_ms, participant: &str| {
        Record::Rtc(Box::new(RtcRecord {
            plan: 0,
            participant: participant.to_owned(),
            at_ms,
            stats: RtcSnapshot::default(),
        }))
    };
    vec![
        header(TargetKind::Local),
        plan(Work::Meeting(Box::new(of.clone()))),
        Record::MeetingBegin(MeetingBegin {
            plan: 0,
            at_ms: 1_000.0,
        }),
        page(1_100.0, "provider", Navigated),
        page(1_400.0, "provider", posted("SDK_READY")),
        page(2_000.0, "provider", tap("start")),
        page(2_300.0, "provider", Token(answered("create", 200, None))),
        page(2_800.0, "provider", posted("MEETING_JOINED")),
        over(0, 1_050.0, 2_900.0, Done),
        page(3_000.0, "patient", Navigated),
        page(3_350.0, "patient", posted("SDK_READY")),
        page(4_000.0, "patient", tap("join")),
        page(4_200.0, "patient", Token(answered("join", 200, None))),
        page(4_900.0, "patient", posted("MEETING_JOINED")),
        page(5_000.0, "patient", FirstRemoteAudio),
        page(5_250.0, "patient", FirstRemoteFrame),
        over(1, 2_950.0, 5_300.0, Done),
        media(2, 7_000.0, "provider", reading(PROVIDER)),
        rtc(7_000.0, "patient"),
        media(2, 7_000.0, "patient", reading(PATIENT)),
        over(2, 5_300.0, 7_000.0, Done),
        picture(2, 7_100.0, "provider"),
        picture(2, 7_100.0, "patient"),
        page(8_000.0, "provider", tap("microphone")),
        page(
            8_120.0,
            "patient",
            RemoteMuted {
                whom: "provider".to_owned(),
                muted: true,
            },
        ),
        over(3, 7_900.0, 8_100.0, Done),
        media(
            4,
            9_500.0,
            "provider",
            MediaReading {
                strongest_hz: None,
                tone_db: Some(0.0),
                ..reading(PROVIDER)
            },
        ),
        over(4, 8_100.0, 9_500.0, Done),
        picture(4, 9_600.0, "patient"),
        page(10_000.0, "provider", tap("end")),
        page(10_080.0, "provider", Token(answered("end", 200, None))),
        page(10_150.0, "patient", posted("MEETING_ENDED")),
        page(10_160.0, "provider", posted("MEETING_ENDED")),
        over(5, 9_900.0, 10_200.0, Done),
        rows(found(
            &json!({"status": "ended", "ended_at": "2026-01-01 00:00:10+00"}),
        )),
        Record::MeetingEnd(MeetingEnd {
            plan: 0,
            at_ms: 15_500.0,
        }),
        Record::End {
            how: RunEnd::Finished,
            at_ms: 16_000.0,
        },
    ]
}
