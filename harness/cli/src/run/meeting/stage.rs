//! Everybody in a meeting, watched together: waiting on one page never stops the watching of the
//! others.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use greenroom_core::journal::{PictureRecord, Record, RtcRecord};
use greenroom_core::plan::Meeting;
use greenroom_model::FakeMedia;
use greenroom_webdriver::{DriverOptions, PageState};

use super::seat::{Seat, journaled};
use super::steps::Halt;
use crate::failure::chain;
use crate::run::access::CallAccess;
use crate::run::journal::AppendError;
use crate::run::target::Target;
use crate::run::{RunContext, Stopped};

/// Between two readings of RTC statistics.
const STATS_EVERY: Duration = Duration::from_secs(1);
/// Width of a picture in the journal, px: text stays legible, and the report stays small.
const PICTURE_WIDTH: u32 = 640;

/// A meeting that runs.
pub(super) struct Stage<'a> {
    pub(super) run: &'a mut RunContext,
    pub(super) target: &'a Target,
    pub(super) access: CallAccess<'a>,
    pub(super) plan: usize,
    pub(super) meeting: &'a Meeting,
    browser: &'a DriverOptions,
    seats: Vec<Seat<'a>>,
    /// The step that runs.
    pub(super) step: usize,
    /// When it must have come true.
    pub(super) deadline: Instant,
    /// When somebody last did something: what is waited for happens after it.
    pub(super) acted: Instant,
    next_stats: Instant,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        run: &'a mut RunContext,
        target: &'a Target,
        access: CallAccess<'a>,
        browser: &'a DriverOptions,
        plan: usize,
        meeting: &'a Meeting,
    ) -> Self {
        let now = Instant::now();
        Self {
            run,
            target,
            access,
            plan,
            meeting,
            browser,
            seats: meeting.participants.iter().map(Seat::new).collect(),
            step: 0,
            deadline: now,
            acted: now,
            next_stats: now,
        }
    }

    /// A step begins: its deadline runs from now.
    pub(super) fn begin_step(&mut self, index: usize) {
        self.step = index;
        self.deadline = Instant::now() + Duration::from_millis(self.meeting.timeout_ms);
    }

    /// Somebody does something now.
    pub(super) fn act(&mut self) {
        self.acted = Instant::now();
    }

    /// A participant's place. The plan has checked every name.
    pub(super) fn seat(&mut self, who: &str) -> Result<&mut Seat<'a>, Halt> {
        self.seats
            .iter_mut()
            .find(|seat| seat.participant.name == who)
            .ok_or_else(|| Halt::Environment(format!("nobody is called `{who}`")))
    }

    /// Opens a participant's page where it is not open.
    pub(super) async fn open(&mut self, who: &str) -> Result<(), Halt> {
        let (meeting, target, access, browser) =
            (self.meeting, self.target, self.access, self.browser);
        let at = self
            .seats
            .iter()
            .position(|seat| seat.participant.name == who);
        let Some(seat) = at.and_then(|at| self.seats.get_mut(at)) else {
            return Err(Halt::Environment(format!("nobody is called `{who}`")));
        };
        let opened = seat.open(meeting, target, access, browser);
        self.run.or_signal(opened).await?
    }

    /// Waits until a participant's page meets a condition; whether it did before the step's
    /// deadline.
    pub(super) async fn wait(
        &mut self,
        who: &str,
        mut condition: impl FnMut(&PageState) -> bool,
    ) -> Result<bool, Halt> {
        loop {
            self.watch().await?;
            let (deadline, next) = (self.deadline, self.next_stats);
            // Of its own, because the page is borrowed from a seat.
            let mut signal = self.run.signal();
            let page = self.seat(who)?.page()?;
            let waited = page.wait_until(deadline.min(next), &mut condition);
            let met = tokio::select! {
                biased;
                how = crate::run::signalled(&mut signal) => return Err(Stopped::Signal(how).into()),
                met = waited => met,
            };
            match met {
                Ok(true) => return Ok(true),
                Ok(false) if Instant::now() >= deadline => return Ok(false),
                Ok(false) => {}
                Err(error) => return Err(Halt::Environment(format!("`{who}`: {}", chain(&error)))),
            }
        }
    }

    /// Takes what everybody's page has told, and statistics where they are due.
    pub(super) async fn watch(&mut self) -> Result<(), Halt> {
        self.journal_events()?;
        if Instant::now() < self.next_stats {
            return Ok(());
        }
        self.next_stats = Instant::now() + STATS_EVERY;
        for at in 0..self.seats.len() {
            let seat = &mut self.seats[at];
            if !seat.in_call() {
                continue;
            }
            let participant = seat.participant.name.clone();
            let Some(page) = seat.opened() else { continue };
            // A page that does not answer shows in the step that needs it.
            let Ok(stats) = page.snapshot().await else {
                continue;
            };
            let record = RtcRecord {
                plan: self.plan,
                participant,
                at_ms: self.run.at_ms(),
                stats,
            };
            self.run
                .append(&Record::Rtc(Box::new(record)))
                .map_err(Stopped::from)?;
        }
        Ok(())
    }

    /// Writes what everybody's page has told since the last time.
    pub(super) fn journal_events(&mut self) -> Result<(), Stopped> {
        let mut events = Vec::new();
        for seat in &mut self.seats {
            let name = seat.participant.name.clone();
            let taken = seat.take_events();
            events.extend(taken.into_iter().map(|event| (name.clone(), event)));
        }
        events.sort_by_key(|(_, event)| event.at);
        for (participant, event) in events {
            let at_ms = self.run.at_ms_of(event.at);
            let record = journaled(self.plan, &participant, at_ms, &event.what, |user| {
                self.name_of(user)
            });
            if let Some(record) = record {
                self.run.append(&Record::Page(Box::new(record)))?;
            }
        }
        Ok(())
    }

    /// The name of the participant whom the pages call so; their word for it where it is nobody's.
    fn name_of(&self, attendee: &str) -> String {
        self.seats
            .iter()
            .find(|seat| seat.attendees().iter().any(|known| known == attendee))
            .map_or_else(|| attendee.to_owned(), |seat| seat.participant.name.clone())
    }

    /// What the others' pages call a participant now.
    pub(super) fn attendee(&mut self, who: &str) -> Result<String, Halt> {
        self.journal_events()?;
        let attendee = self.seat(who)?.attendees().last().cloned();
        attendee.ok_or_else(|| unknown(who))
    }

    /// What the token service calls a participant.
    pub(super) fn user(&mut self, who: &str) -> Result<String, Halt> {
        self.journal_events()?;
        let user = self.seat(who)?.user().map(str::to_owned);
        user.ok_or_else(|| unknown(who))
    }

    /// What everybody but one sends.
    pub(super) fn media_of_others(&self, who: &str) -> Vec<FakeMedia> {
        self.meeting
            .participants
            .iter()
            .filter(|participant| participant.name != who)
            .map(|participant| participant.media)
            .collect()
    }

    /// The last answer of the token service that named a meeting, to whomever.
    pub(super) fn meeting_id(&self) -> Option<String> {
        self.latest(|answer| answer.meeting_id.clone())
    }

    /// The same for the session's row.
    pub(super) fn session_id(&self) -> Option<String> {
        self.latest(|answer| answer.session_id.clone())
    }

    fn latest(
        &self,
        of: impl Fn(&greenroom_model::TokenAnswer) -> Option<String>,
    ) -> Option<String> {
        self.run
            .records()
            .iter()
            .rev()
            .find_map(|record| match record {
                Record::Page(event) if event.plan == self.plan => match &event.what {
                    greenroom_core::journal::PageEventKind::Token(answer) => of(answer),
                    _ => None,
                },
                _ => None,
            })
    }

    /// Keeps a picture of everybody's page.
    pub(super) async fn take_pictures(&mut self, step: usize) -> Result<(), AppendError> {
        for at in 0..self.seats.len() {
            let seat = &mut self.seats[at];
            let participant = seat.participant.name.clone();
            let Some(page) = seat.opened() else { continue };
            let jpeg = match page.screenshot_jpeg(PICTURE_WIDTH).await {
                Ok(jpeg) => jpeg,
                Err(error) => {
                    // A page that cannot be painted is no reason to lose the meeting.
                    let detail = format!("{participant}: {}", chain(&error));
                    self.run.event("picture_lost", detail)?;
                    continue;
                }
            };
            let record = PictureRecord {
                plan: self.plan,
                step,
                participant,
                at_ms: self.run.at_ms(),
                jpeg: BASE64.encode(jpeg),
            };
            self.run.append(&Record::Picture(Box::new(record)))?;
        }
        Ok(())
    }

    /// Ends every browser.
    pub(super) async fn close(mut self) -> Result<(), Stopped> {
        let written = self.journal_events();
        for seat in &mut self.seats {
            seat.close().await;
        }
        written
    }
}

fn unknown(who: &str) -> Halt {
    Halt::NotDone(format!("the token service never said who `{who}` is"))
}
