//! One participant: a browser of their own, the page in it, and what is known of them.

use greenroom_core::journal::{PageEvent, PageEventKind};
use greenroom_core::plan::{Meeting, Participant, Step, TokenAction};
use greenroom_fixtures::PageRequest;
use greenroom_fixtures::page;
use greenroom_model::PageVariant;
use greenroom_webdriver::{
    CallEvent, CallEventKind, CallPage, CallVisit, Driver, DriverOptions, PageConfig, PageState,
    ParticipantMedia,
};
use serde_json::json;

use super::steps::Halt;
use crate::failure::chain;
use crate::run::access::CallAccess;
use crate::run::target::Target;
use crate::run::visits;

/// A participant's place in a meeting.
pub(super) struct Seat<'a> {
    pub(super) participant: &'a Participant,
    open: Option<Open>,
    /// What the others' pages call this participant, once the token service has said it: anew at
    /// every join, the last one last.
    attendees: Vec<String>,
    /// What the token service calls this participant.
    user: Option<String>,
}

struct Open {
    driver: Driver,
    page: CallPage,
}

impl<'a> Seat<'a> {
    pub(super) fn new(participant: &'a Participant) -> Self {
        Self {
            participant,
            open: None,
            attendees: Vec::new(),
            user: None,
        }
    }

    /// Opens browser and page where there are none.
    pub(super) async fn open(
        &mut self,
        meeting: &Meeting,
        target: &Target,
        access: CallAccess<'_>,
        browser: &DriverOptions,
    ) -> Result<(), Halt> {
        if self.open.is_some() {
            return Ok(());
        }
        let participant = self.participant;
        let options = DriverOptions {
            media: Some(ParticipantMedia {
                media: participant.media,
                camera: participant.camera,
            }),
            ..browser.clone()
        };
        let environment = |error: &dyn std::error::Error| Halt::Environment(chain(error));
        let mut driver = Driver::start(options)
            .await
            .map_err(|error| environment(&error))?;
        let visit = visit(participant, meeting, target, access)?;
        match driver.open(&visit).await {
            Ok(page) => {
                self.open = Some(Open { driver, page });
                Ok(())
            }
            Err(error) => {
                let halt = environment(&error);
                let _ = driver.close().await;
                Err(halt)
            }
        }
    }

    /// The open page.
    pub(super) fn page(&mut self) -> Result<&mut CallPage, Halt> {
        let name = &self.participant.name;
        self.open
            .as_mut()
            .map(|open| &mut open.page)
            .ok_or_else(|| Halt::NotDone(format!("`{name}` has no page open")))
    }

    /// The page, if one is open.
    pub(super) fn opened(&mut self) -> Option<&mut CallPage> {
        self.open.as_mut().map(|open| &mut open.page)
    }

    /// What the page shows; nothing without one.
    pub(super) fn state(&self) -> PageState {
        self.open
            .as_ref()
            .map(|open| open.page.state())
            .unwrap_or_default()
    }

    /// Whether the page is in the call, or trying to be back in it.
    pub(super) fn in_call(&self) -> bool {
        self.state()
            .status
            .is_some_and(|status| matches!(status.state.as_str(), "joined" | "reconnecting"))
    }

    /// Everything that the others' pages may call this participant.
    pub(super) fn attendees(&self) -> &[String] {
        &self.attendees
    }

    /// What the token service calls this participant.
    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The events since the last call, with what they tell of this participant's name remembered.
    pub(super) fn take_events(&mut self) -> Vec<CallEvent> {
        let events = self
            .open
            .as_mut()
            .map(|open| open.page.take_events())
            .unwrap_or_default();
        for event in &events {
            if let CallEventKind::Token(answer) = &event.what
                && let (Some(attendee), Some(user)) =
                    (&answer.attendee_id, &answer.external_user_id)
            {
                self.attendees.retain(|known| known != attendee);
                self.attendees.push(attendee.clone());
                self.user = Some(user.clone());
            }
        }
        events
    }

    /// Kills the browser as a crash would. What the page told before stays to be taken by the
    /// caller first.
    pub(super) async fn kill(&mut self) -> Result<(), Halt> {
        let name = &self.participant.name;
        let Some(Open { mut driver, page }) = self.open.take() else {
            return Err(Halt::NotDone(format!("`{name}` has no browser open")));
        };
        drop(page);
        let killed = driver.kill_browser().await;
        // Of the driver nothing is left that could fail to close in order.
        let _ = driver.close().await;
        killed.map_err(|error| Halt::Environment(chain(&error)))
    }

    /// Ends the browser.
    pub(super) async fn close(&mut self) {
        if let Some(Open { driver, page }) = self.open.take() {
            drop(page);
            if let Err(error) = driver.close().await {
                tracing::warn!("closing the browser: {}", chain(&error));
            }
        }
    }
}

/// What a participant's browser is sent to.
fn visit(
    participant: &Participant,
    meeting: &Meeting,
    target: &Target,
    access: CallAccess<'_>,
) -> Result<CallVisit, Halt> {
    let request = PageRequest {
        timers: meeting.page_timers,
        ..PageRequest::new(meeting.variant)
    };
    let (document, _) = visits::document(&request, meeting.delivery, target)
        .map_err(|failure| Halt::Environment(failure.message().to_owned()))?;
    let sdk_url =
        (meeting.variant != PageVariant::Inline).then(|| target.endpoints.sdk_url.clone());
    let identity = access.identity(participant.role, participant.identity)?;
    Ok(CallVisit {
        document,
        sdk_url,
        token_url: access.token_url().clone(),
        page: PageConfig::new(json!({
            "tokenUrl": access.token_url(),
            "apiKey": access.api_key(),
            "identityToken": identity,
            "appointmentId": access.appointment_id(),
            "offers": offers(&participant.name, meeting),
        })),
        channel: page::DEFAULT_CHANNEL.to_owned(),
        device: participant.device.clone(),
        network: participant.network.clone(),
    })
}

/// The buttons that a participant's app offers: those that their steps tap on.
fn offers(name: &str, meeting: &Meeting) -> Vec<&'static str> {
    let taps = |button: &&str| {
        meeting.steps.iter().any(|asked| match &asked.step {
            Step::StartCall { who } => *button == "start" && who == name,
            Step::JoinCall { who } => *button == "join" && who == name,
            Step::EndCall { who } => *button == "end" && who == name,
            Step::Refused { who, action, .. } => *button == button_of(*action) && who == name,
            _ => false,
        })
    };
    ["start", "join", "end"].into_iter().filter(taps).collect()
}

/// The button behind which the page asks for something.
pub(super) fn button_of(action: TokenAction) -> &'static str {
    match action {
        TokenAction::Create => "start",
        TokenAction::Join => "join",
        TokenAction::End => "end",
    }
}

/// An event as the journal keeps it; `None` for what only waiting needs.
pub(super) fn journaled(
    plan: usize,
    participant: &str,
    at_ms: f64,
    what: &CallEventKind,
    name_of: impl Fn(&str) -> String,
) -> Option<PageEvent> {
    let what = match what {
        CallEventKind::Navigated => PageEventKind::Navigated,
        CallEventKind::Message(message) => PageEventKind::Message(message.clone()),
        CallEventKind::Tap(id) => PageEventKind::Tap(id.clone()),
        CallEventKind::Token(answer) => PageEventKind::Token(answer.clone()),
        CallEventKind::Status(status) => PageEventKind::Status(status.text.clone()),
        CallEventKind::FirstRemoteAudio => PageEventKind::FirstRemoteAudio,
        CallEventKind::FirstRemoteFrame { .. } => PageEventKind::FirstRemoteFrame,
        CallEventKind::RemoteTile { attendee, shown } => PageEventKind::RemoteTile {
            whom: name_of(attendee),
            shown: *shown,
        },
        CallEventKind::RemoteMuted { attendee, muted } => PageEventKind::RemoteMuted {
            whom: name_of(attendee),
            muted: *muted,
        },
        CallEventKind::Switched { .. }
        | CallEventKind::RemoteCame { .. }
        | CallEventKind::RemoteLeft { .. } => return None,
    };
    Some(PageEvent {
        plan,
        participant: participant.to_owned(),
        at_ms,
        what,
    })
}
