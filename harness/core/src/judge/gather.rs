//! The lines of a journal, sorted to the plan that they belong to.
//!
//! Invariant: order within a comparison or request is the journal's. Lines that name a plan, a
//! comparison or a request that is not there are left out.

use crate::journal::{
    Event, ExchangeRecord, HostLoad, JOURNAL_VERSION, Record, RunEnd, RunHeader, Sample,
    StopReason, ThrottleProof,
};
use crate::plan::{Comparison, Plan, Request, Work};

use crate::checks::satisfies;

use super::JudgeError;
use super::meeting::MeetingLines;

/// A journal, by plan.
pub(super) struct Gathered<'a> {
    pub(super) run: &'a RunHeader,
    pub(super) plans: Vec<PlanLines<'a>>,
    pub(super) host_load: Vec<HostLoad>,
    pub(super) events: Vec<&'a Event>,
    pub(super) ended: Option<RunEnd>,
    /// The latest time of any line, ms.
    pub(super) duration_ms: f64,
}

/// The lines of one plan.
pub(super) struct PlanLines<'a> {
    pub(super) plan: &'a Plan,
    pub(super) comparisons: Vec<ComparisonLines<'a>>,
    pub(super) requests: Vec<RequestLines<'a>>,
    pub(super) meeting: Option<MeetingLines<'a>>,
}

/// The lines of one comparison.
pub(super) struct ComparisonLines<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) samples: Vec<&'a Sample>,
    pub(super) proofs: Vec<&'a ThrottleProof>,
    pub(super) stopped: Option<StopReason>,
}

/// The lines of one request.
pub(super) struct RequestLines<'a> {
    pub(super) request: &'a Request,
    pub(super) tries: Vec<&'a ExchangeRecord>,
}

impl RequestLines<'_> {
    /// Whether no further try was due.
    fn is_over(&self) -> bool {
        self.tries.last().is_some_and(|last| {
            last.attempt >= self.request.attempts || satisfies(self.request, &last.outcome)
        })
    }
}

impl<'a> PlanLines<'a> {
    fn new(plan: &'a Plan) -> Self {
        let (comparisons, requests, meeting) = match &plan.work {
            Work::Compare(comparisons) => (comparisons.as_slice(), [].as_slice(), None),
            Work::Requests(requests) => ([].as_slice(), requests.as_slice(), None),
            Work::Meeting(meeting) => ([].as_slice(), [].as_slice(), Some(meeting.as_ref())),
        };
        Self {
            plan,
            comparisons: comparisons
                .iter()
                .map(|comparison| ComparisonLines {
                    comparison,
                    samples: Vec::new(),
                    proofs: Vec::new(),
                    stopped: None,
                })
                .collect(),
            requests: requests
                .iter()
                .map(|request| RequestLines {
                    request,
                    tries: Vec::new(),
                })
                .collect(),
            meeting: meeting.map(MeetingLines::new),
        }
    }

    /// Whether anything of it was tried.
    pub(super) fn is_executed(&self) -> bool {
        self.comparisons
            .iter()
            .any(|lines| !lines.samples.is_empty() || !lines.proofs.is_empty())
            || self.requests.iter().any(|lines| !lines.tries.is_empty())
            || self.meeting.as_ref().is_some_and(MeetingLines::is_begun)
    }

    /// Whether every request was tried as often as it may be or needs to be, and a meeting is over.
    pub(super) fn is_seen_through(&self) -> bool {
        self.requests.iter().all(RequestLines::is_over)
            && self.meeting.as_ref().is_none_or(MeetingLines::is_over)
    }
}

/// Sorts the lines.
pub(super) fn gather(records: &[Record]) -> Result<Gathered<'_>, JudgeError> {
    let Some(Record::Run(run)) = records.first() else {
        return Err(JudgeError::NoRun);
    };
    if run.journal_version != JOURNAL_VERSION {
        return Err(JudgeError::Version(run.journal_version));
    }
    let mut gathered = Gathered {
        run,
        plans: Vec::new(),
        host_load: Vec::new(),
        events: Vec::new(),
        ended: None,
        duration_ms: 0.0,
    };
    for record in &records[1..] {
        gathered.take(record);
    }
    Ok(gathered)
}

impl<'a> Gathered<'a> {
    fn take(&mut self, record: &'a Record) {
        // What follows an end line belongs to a resumed run that has not ended yet.
        self.ended = None;
        self.duration_ms = record.at_ms().unwrap_or(0.0).max(self.duration_ms);
        match record {
            Record::Run(_) => {}
            Record::Plan { plan } => self.plans.push(PlanLines::new(plan)),
            Record::Proof(proof) => {
                if let Some(lines) = self.comparison(proof.plan, proof.comparison) {
                    lines.proofs.push(proof);
                }
            }
            Record::Sample(sample) => {
                if let Some(lines) = self.comparison(sample.plan, sample.comparison) {
                    lines.samples.push(sample);
                }
            }
            Record::Exchange(exchange) => {
                let request = self
                    .plans
                    .get_mut(exchange.plan)
                    .and_then(|plan| plan.requests.get_mut(exchange.request));
                if let Some(lines) = request {
                    lines.tries.push(exchange);
                }
            }
            Record::MeetingBegin(begin) => self.of_meeting(begin.plan, record),
            Record::Step(step) => self.of_meeting(step.plan, record),
            Record::Media(media) => self.of_meeting(media.plan, record),
            Record::Page(event) => self.of_meeting(event.plan, record),
            Record::Rtc(rtc) => self.of_meeting(rtc.plan, record),
            Record::Picture(picture) => self.of_meeting(picture.plan, record),
            Record::Rows(rows) => self.of_meeting(rows.plan, record),
            Record::MeetingEnd(end) => self.of_meeting(end.plan, record),
            Record::Host(load) => self.host_load.push(*load),
            Record::Event(event) => self.events.push(event),
            Record::ComparisonEnd {
                plan,
                comparison,
                reason,
                ..
            } => {
                if let Some(lines) = self.comparison(*plan, *comparison) {
                    lines.stopped = Some(*reason);
                }
            }
            Record::End { how, .. } => self.ended = Some(*how),
        }
    }

    fn of_meeting(&mut self, plan: usize, record: &'a Record) {
        let lines = self
            .plans
            .get_mut(plan)
            .and_then(|plan| plan.meeting.as_mut());
        if let Some(lines) = lines {
            lines.take(record);
        }
    }

    fn comparison(&mut self, plan: usize, comparison: usize) -> Option<&mut ComparisonLines<'a>> {
        self.plans.get_mut(plan)?.comparisons.get_mut(comparison)
    }
}
