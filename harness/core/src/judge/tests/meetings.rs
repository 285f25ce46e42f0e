//! Meetings: what passes, what fails, what it is called, and what is only skipped.

use greenroom_model::CallMetric;
use proptest::prelude::*;

use super::calls::{good_call, meeting, over, page, posted, tap};
use crate::diagnosis::Cause;
use crate::journal::{MeetingBegin, Record, StepOutcome};
use crate::judge::results;
use crate::plan::Meeting;
use crate::results::Outcome::{Inconclusive, Pass, Skipped};
use crate::results::{FailOn, MeetingResult, Outcome, Results};

/// Judges a journal.
pub(super) fn judged(records: &[Record]) -> Results {
    results(records).unwrap()
}

pub(super) fn of(run: &Results) -> &MeetingResult {
    run.scenarios[0].meeting.as_ref().unwrap()
}

/// A good call whose records are changed.
pub(super) fn changed(of: &Meeting, change: impl Fn(&mut Record)) -> Results {
    let mut records = good_call(of);
    records.iter_mut().for_each(change);
    judged(&records)
}

/// The verdict whose check ends so, with its evidence.
fn verdict(run: &Results, check: &str) -> (Outcome, String) {
    let verdict = run
        .verdicts
        .iter()
        .find(|verdict| verdict.check.ends_with(check))
        .unwrap_or_else(|| panic!("no `{check}` in {:#?}", run.verdicts));
    (verdict.outcome, verdict.evidence.clone())
}

/// What is diagnosed, with how many verdicts it explains.
pub(super) fn causes(run: &Results) -> Vec<(Cause, usize)> {
    let told = run.scenarios[0].diagnoses.iter();
    told.map(|one| (one.cause, one.explains.len())).collect()
}

pub(super) fn assert_verdict(run: &Results, check: &str, outcome: Outcome, begins: &str) {
    let (found, evidence) = verdict(run, check);
    assert_eq!(found, outcome, "{evidence}");
    assert!(evidence.starts_with(begins), "{evidence}");
    assert!(
        evidence.ends_with("on the local stack, this machine"),
        "{evidence}"
    );
}

const PLACE: &str = "on the local stack, this machine";

#[test]
fn a_good_call_passes_with_every_figure_in_place() {
    let run = judged(&good_call(&meeting()));
    assert_eq!(run.outcome, Outcome::Pass);
    assert_eq!(run.exit_code(FailOn::Inconclusive), 0);
    let lines: Vec<String> = run
        .verdicts
        .iter()
        .map(|verdict| format!("{}: {}", verdict.check, verdict.evidence))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    SDK load / provider: start call: seen, after 1.85 s; seen on the local stack, this machine
    SDK load / patient: join call: seen, after 2.35 s; seen on the local stack, this machine
    SDK load / all: see and hear each other: provider to patient: colour #c82828 expected and #c82828 found (distance 0, at most 60), counter from 30 to 45, currentTime from 2 s to 3 s, 15 frames decoded, tone 440 Hz expected and 440 Hz found (at most 24 Hz off), 52 dB over the rest of the spectrum (at least 20 dB), 50 audio packets received; patient to provider: colour #285ac8 expected and #285ac8 found (distance 0, at most 60), counter from 30 to 45, currentTime from 2 s to 3 s, 15 frames decoded, tone 680 Hz expected and 680 Hz found (at most 24 Hz off), 52 dB over the rest of the spectrum (at least 20 dB), 50 audio packets received, after 1.7 s; seen on the local stack, this machine
    SDK load / provider: mute: seen, after 200 ms; seen on the local stack, this machine
    SDK load / patient: stops hearing provider: provider to patient: the tone of 440 Hz is gone: 0 dB over the rest of the spectrum (gone below 20 dB), after 1.4 s; seen on the local stack, this machine
    SDK load / provider: end call: seen, after 300 ms; seen on the local stack, this machine
    SDK load / provider.meeting_created < 2s: 300 ms from the tap to the answer that the meeting is created (expected < 2 s); seen on the local stack, this machine
    SDK load / patient.connected < 3s: 900 ms from the tap to `audioVideoDidStart` (expected < 3 s); seen on the local stack, this machine
    SDK load / patient.mute_seen < 1s: 120 ms from the other's tap on mute to its sign on this page (expected < 1 s); seen on the local stack, this machine
    SDK load / patient.end_seen < 2s: 150 ms from the other's tap on end to the end on this page (expected < 2 s); seen on the local stack, this machine
    SDK load / SELECT status, ended_at FROM video_call_sessions WHERE id = ${session.id}: 1 row as expected: status `ended`, ended_at `2026-01-01 00:00:10+00`; seen on the local stack, this machine
    ");
    assert_eq!(
        run.headline.answers,
        [format!(
            "SDK load, {PLACE}: provider and patient saw and heard each other; 11 of 11 checks hold."
        )]
    );
    let call = of(&run);
    assert_eq!((call.began_ms, call.duration_ms), (1_000.0, 14_500.0));
    assert_eq!(call.notes, Vec::<String>::new());
    assert_eq!(call.steps[1].began_ms, Some(1_950.0));
    assert_eq!(call.steps[1].duration_ms, Some(2_350.0));
    for (index, step) in call.steps.iter().enumerate() {
        assert!(
            run.verdicts[step.verdict].check.ends_with(&step.text),
            "{index}"
        );
    }
    for limit in &call.limits {
        assert!(run.verdicts[limit.verdict].check.ends_with(&limit.text));
    }
    assert!(call.media.iter().all(|row| row.holds));
    assert_eq!(call.media.len(), 3);
    assert!(call.media[2].asked.gone && call.media[2].seen && !call.media[2].heard);
    assert_eq!(call.rows[0].found.len(), 1);
}

#[test]
fn times_run_from_their_own_tap_and_are_the_first_of_their_kind() {
    let run = judged(&good_call(&meeting()));
    let times = |who: usize| -> Vec<(CallMetric, f64)> {
        let timings = &of(&run).participants[who].timings;
        timings
            .iter()
            .map(|timing| (timing.metric, timing.ms))
            .collect()
    };
    assert_eq!(
        times(0),
        [
            (CallMetric::SdkReady, 300.0),
            (CallMetric::Token, 300.0),
            (CallMetric::MeetingCreated, 300.0),
            (CallMetric::Started, 1_700.0),
            (CallMetric::Connected, 800.0)
        ]
    );
    assert_eq!(
        times(1),
        [
            (CallMetric::SdkReady, 350.0),
            (CallMetric::Token, 200.0),
            (CallMetric::Started, 1_900.0),
            (CallMetric::Connected, 900.0),
            (CallMetric::FirstRemoteAudio, 1_000.0),
            (CallMetric::FirstRemoteFrame, 1_250.0),
            (CallMetric::MuteSeen, 120.0),
            (CallMetric::EndSeen, 150.0)
        ]
    );
    assert!((of(&run).participants[1].timings[3].at_ms - 3_900.0).abs() < 1e-9);
}

/// Who leaves after the other's tap on end has not seen the end, and a rejoin is timed no more.
#[test]
fn what_a_page_does_itself_is_not_the_end_that_it_sees() {
    let mut records = good_call(&meeting());
    let end = records.len() - 2;
    records.insert(end, page(10_120.0, "patient", tap("leave")));
    records.insert(end, page(11_000.0, "patient", tap("join")));
    records.insert(end, page(11_900.0, "patient", posted("MEETING_JOINED")));
    let run = judged(&records);
    let timings = &of(&run).participants[1].timings;
    assert!(timings.iter().all(|one| one.metric != CallMetric::EndSeen));
    assert!(
        timings
            .iter()
            .any(|one| one.metric == CallMetric::Connected && (one.ms - 900.0).abs() < 1e-9)
    );
    assert_verdict(
        &run,
        "patient.end_seen < 2s",
        Outcome::Fail,
        "it never came from the other's tap on end",
    );
}

#[test]
fn a_limit_is_missed_by_figures() {
    let run = changed(&meeting(), |record| {
        if let Record::Page(event) = record
            && event.participant == "patient"
            && event.what == posted("MEETING_JOINED")
        {
            event.at_ms = 7_200.0;
        }
    });
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Fail,
        "3.2 s from the tap to `audioVideoDidStart` (expected < 3 s)",
    );
    assert_eq!(run.exit_code(FailOn::Fail), 1);
}

#[test]
fn what_never_came_is_no_failure_of_its_own_after_a_failed_step() {
    let mut records = good_call(&meeting());
    records.truncate(9);
    records.push(over(1, 2_950.0, 22_950.0, StepOutcome::NotDone));
    records.extend(good_call(&meeting()).into_iter().rev().take(2).rev());
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Fail);
    assert_verdict(
        &run,
        "patient: join call",
        Outcome::Fail,
        "the page shows nothing, not within 20 s",
    );
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Skipped,
        "not reached: the meeting ended at `patient: join call`",
    );
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Inconclusive,
        "it never came from the tap to `audioVideoDidStart`: `patient: join call` did not hold",
    );
    assert_verdict(&run, "meeting_created < 2s", Outcome::Pass, "300 ms");
    assert!(
        of(&run)
            .sentence
            .contains("2 of 11 checks hold. `patient: join call`: the page")
    );

    let crashed = over(1, 2_950.0, 22_950.0, StepOutcome::EnvironmentError);
    records[9] = crashed;
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Error);
    assert_verdict(
        &run,
        "join call",
        Outcome::Error,
        "the environment failed: tab crashed",
    );
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Error,
        "it never came",
    );
}

#[test]
fn a_resumed_meeting_begins_anew() {
    let good = good_call(&meeting());
    let mut records = good[..2].to_vec();
    records.push(Record::MeetingBegin(MeetingBegin {
        plan: 0,
        at_ms: 10.0,
    }));
    records.push(over(0, 10.0, 20.0, StepOutcome::NotDone));
    records.push(page(15.0, "provider", posted("JOIN_ERROR: x")));
    let cut = judged(&records);
    assert_eq!(cut.outcome, Outcome::Fail);
    records.extend_from_slice(&good[2..]);
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Pass);
    assert_eq!(of(&run), of(&judged(&good)));
}

#[test]
fn a_cut_meeting_is_judged_as_far_as_it_goes() {
    let good = good_call(&meeting());
    let run = judged(&good[..17]);
    assert_eq!(run.outcome, Outcome::Inconclusive);
    let outcomes: Vec<Outcome> = run.verdicts.iter().map(|verdict| verdict.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Pass,
            Pass,
            Inconclusive,
            Skipped,
            Skipped,
            Skipped,
            Pass,
            Pass,
            Inconclusive,
            Inconclusive,
            Skipped
        ]
    );
    let run = judged(&good[..2]);
    assert_eq!(run.outcome, Outcome::Skipped);
    assert!(
        run.verdicts
            .iter()
            .all(|one| one.outcome == Skipped && one.evidence == format!("not executed {PLACE}"))
    );
    assert_eq!(
        run.headline.answers,
        [format!("SDK load: not executed {PLACE}.")]
    );
}

#[test]
fn what_limits_a_meeting_is_noted() {
    let mut plan = meeting();
    plan.participants[1].network.name = "slow-4g".to_owned();
    plan.participants[1].network.rtt_ms = Some(400.0);
    plan.participants[0].device.cpu_rate = 4.0;
    let run = judged(&good_call(&plan));
    assert_eq!(
        of(&run).notes,
        [
            "The network class shaped page, SDK and token requests; media ran unshaped (patient: \
             slow-4g).",
            "The slowdown of the processor was asked for, and is not measured in a meeting \
             (provider: 4 times slower)."
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever a meeting is cut and whatever its lines claim to belong to, judging it neither
    /// panics nor loses a verdict, and one that is cut before its last rows never passes.
    #[test]
    fn any_cut_and_any_index_is_judged(cut in 2_usize..36, wild in any::<prop::sample::Index>(), number in any::<usize>()) {
        let good = good_call(&meeting());
        let run = judged(&good[..cut]);
        prop_assert_eq!(run.verdicts.len(), 11);
        let complete = good[..cut].iter().any(|record| matches!(record, Record::Rows(_)));
        prop_assert_eq!(run.outcome == Outcome::Pass, complete);
        let mut records = good;
        let at = wild.index(records.len());
        match &mut records[at] {
            Record::Step(step) => step.step = number,
            Record::Media(media) => media.step = number,
            Record::Rows(rows) => rows.query = number,
            Record::Picture(picture) => picture.step = number,
            Record::Page(event) => event.plan = number,
            _ => {}
        }
        let run = judged(&records);
        prop_assert!(run.verdicts.len() >= 11);
        prop_assert!(serde_json::to_string(&run).is_ok());
    }
}
