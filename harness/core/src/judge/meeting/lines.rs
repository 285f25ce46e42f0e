//! The lines of one meeting.
//!
//! Invariant: what stands before the last `meeting_begin` does not count: a meeting that is
//! resumed begins anew.

use greenroom_model::TokenAnswer;

use crate::journal::{
    MediaRecord, PageEvent, PageEventKind, PictureRecord, Record, RowsRecord, RtcRecord, StepRecord,
};
use crate::meeting::refusal::granted;
use crate::plan::{Meeting, Participant};

/// How far a page's clock may lie from ours, ms: an answer that a page took this much before its
/// step began, or after it was over, still belongs to it.
const CLOCK_SLACK_MS: f64 = 50.0;

/// The lines of one meeting, in the journal's order.
pub(in crate::judge) struct MeetingLines<'a> {
    pub(super) meeting: &'a Meeting,
    /// When it began, ms since the run began; `None` where it did not.
    pub(super) began_ms: Option<f64>,
    /// The latest time of any of its lines, ms since the run began.
    pub(super) last_ms: f64,
    pub(super) steps: Vec<&'a StepRecord>,
    pub(super) media: Vec<&'a MediaRecord>,
    pub(super) events: Vec<&'a PageEvent>,
    pub(super) rtc: Vec<&'a RtcRecord>,
    pub(super) pictures: Vec<&'a PictureRecord>,
    pub(super) rows: Vec<&'a RowsRecord>,
    pub(super) is_over: bool,
}

impl<'a> MeetingLines<'a> {
    /// A meeting that has not begun.
    pub(in crate::judge) fn new(meeting: &'a Meeting) -> Self {
        Self {
            meeting,
            began_ms: None,
            last_ms: 0.0,
            steps: Vec::new(),
            media: Vec::new(),
            events: Vec::new(),
            rtc: Vec::new(),
            pictures: Vec::new(),
            rows: Vec::new(),
            is_over: false,
        }
    }

    /// Takes the next of its lines; one that stands before its beginning does not count.
    pub(in crate::judge) fn take(&mut self, record: &'a Record) {
        if let Record::MeetingBegin(begin) = record {
            *self = Self::new(self.meeting);
            self.began_ms = Some(begin.at_ms);
        }
        if self.began_ms.is_none() {
            return;
        }
        self.last_ms = record.at_ms().unwrap_or(0.0).max(self.last_ms);
        match record {
            Record::Step(step) => self.steps.push(step),
            Record::Media(media) => self.media.push(media),
            Record::Page(event) => self.events.push(event),
            Record::Rtc(rtc) => self.rtc.push(rtc),
            Record::Picture(picture) => self.pictures.push(picture),
            Record::Rows(rows) => self.rows.push(rows),
            Record::MeetingEnd(_) => self.is_over = true,
            _ => {}
        }
    }

    /// Whether anything of it was tried.
    pub(in crate::judge) fn is_begun(&self) -> bool {
        self.began_ms.is_some()
    }

    /// Whether it was seen through.
    pub(in crate::judge) fn is_over(&self) -> bool {
        self.is_over
    }

    /// A time on the meeting's axis.
    pub(super) fn on_axis(&self, at_ms: f64) -> f64 {
        (at_ms - self.began_ms.unwrap_or(at_ms)).max(0.0)
    }

    /// What came of a step; `None` where it was not over.
    pub(super) fn step(&self, index: usize) -> Option<&'a StepRecord> {
        self.steps
            .iter()
            .rev()
            .find(|record| record.step == index)
            .copied()
    }

    /// The step during which something happened on a page.
    pub(super) fn step_at(&self, at_ms: f64) -> Option<usize> {
        self.steps
            .iter()
            .find(|record| is_within(record, at_ms))
            .map(|record| record.step)
    }

    /// What happened on a page, by its clock.
    pub(super) fn events_of(&self, participant: &str) -> Vec<&'a PageEvent> {
        let mut events: Vec<&PageEvent> = self
            .events
            .iter()
            .copied()
            .filter(|event| event.participant == participant)
            .collect();
        events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        events
    }

    /// What the token service answered to a page, with the times.
    pub(super) fn answers_to(&self, participant: &str) -> Vec<(f64, &'a TokenAnswer)> {
        self.events_of(participant)
            .into_iter()
            .filter_map(|event| match &event.what {
                PageEventKind::Token(answer) => Some((event.at_ms, answer)),
                _ => None,
            })
            .collect()
    }

    /// Answers to a page in the course of a step.
    pub(super) fn answers_in(&self, step: &StepRecord, participant: &str) -> Vec<&'a TokenAnswer> {
        self.answers_to(participant)
            .into_iter()
            .filter(|(at_ms, _)| is_within(step, *at_ms))
            .map(|(_, answer)| answer)
            .collect()
    }

    /// The last answer before a time that granted a meeting.
    pub(super) fn created_before(&self, at_ms: f64) -> Option<&'a TokenAnswer> {
        self.meeting
            .participants
            .iter()
            .flat_map(|participant| self.answers_to(&participant.name))
            .filter(|(answered, answer)| {
                *answered <= at_ms + CLOCK_SLACK_MS && answer.action == "create" && granted(answer)
            })
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, answer)| answer)
    }

    /// A participant by name.
    pub(super) fn participant(&self, name: &str) -> Option<&'a Participant> {
        self.meeting
            .participants
            .iter()
            .find(|participant| participant.name == name)
    }
}

/// Whether a time lies in a step, give or take the clocks.
fn is_within(step: &StepRecord, at_ms: f64) -> bool {
    (step.began_ms - CLOCK_SLACK_MS..=step.at_ms + CLOCK_SLACK_MS).contains(&at_ms)
}

/// What kind of message a page posted: what stands before the colon.
pub(super) fn kind_of(message: &str) -> &str {
    message.split(':').next().unwrap_or(message).trim()
}
