//! What each step does, and what it waits for.

use std::time::{Duration, Instant};

use greenroom_core::journal::{MediaRecord, Record, RowsOutcome, RowsRecord};
use greenroom_core::meeting::{proof, rows as expected_rows};
use greenroom_core::plan::{AskedRows, Direction, Notice, Step, SwitchedDevice, TokenAction};
use greenroom_webdriver::{LoadError, PageState};

use super::rows;
use super::seat::button_of;
use super::stage::Stage;
use crate::failure::{Failure, chain};
use crate::run::Stopped;
use crate::run::journal::AppendError;

/// How long a page is looked at and listened to for one reading.
const READING: Duration = Duration::from_secs(1);

/// Why a step did not come true.
#[derive(Debug)]
pub(crate) enum Halt {
    /// What it says did not come true in time, or its opposite did.
    NotDone(String),
    /// Browser, driver or harness failed.
    Environment(String),
    /// The run stops.
    Stopped(Stopped),
}

impl From<Stopped> for Halt {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Stopped(failure.into())
    }
}

impl From<AppendError> for Halt {
    fn from(error: AppendError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<LoadError> for Halt {
    fn from(error: LoadError) -> Self {
        match error {
            // A button that is not there, or stays disabled, is the page's failing.
            LoadError::NotTapped { .. } => Self::NotDone(chain(&error)),
            _ => Self::Environment(chain(&error)),
        }
    }
}

/// Does what a step says, or waits for it; what was seen, in a sentence.
pub(super) async fn perform(stage: &mut Stage<'_>, step: &Step) -> Result<String, Halt> {
    match step {
        Step::StartCall { who } => enter(stage, who, "start").await,
        Step::JoinCall { who } => enter(stage, who, "join").await,
        Step::Refused { who, action, .. } => refused(stage, who, *action).await,
        Step::RetryCreate { who } => retry_create(stage, who).await,
        Step::Leave { who } => leave(stage, who, "leave", "MEETING_LEFT").await,
        Step::EndCall { who } => leave(stage, who, "end", "MEETING_ENDED").await,
        Step::Switch { who, device, on } => switch(stage, who, *device, *on).await,
        Step::Receives { directions } => {
            let mut told = Vec::new();
            for direction in directions {
                told.push(media(stage, direction, true).await?);
            }
            let step = stage.step;
            stage.take_pictures(step).await?;
            Ok(told.join("; "))
        }
        Step::StopsReceiving { directions } => {
            let mut told = Vec::new();
            for direction in directions {
                told.push(media(stage, direction, false).await?);
            }
            Ok(told.join("; "))
        }
        Step::Told { who, notice } => told(stage, who, notice).await,
        Step::DropSignaling { who } => {
            let user = stage.user(who)?;
            stage.act();
            let meeting = meeting_id(stage)?;
            if stage.access.drop_signaling(&meeting, &user).await? {
                Ok("the connection was cut".to_owned())
            } else {
                Err(Halt::NotDone("there was no connection to cut".to_owned()))
            }
        }
        Step::Recovers { who } => {
            let back = |state: &PageState| {
                says(state, "joined")
                    && state.messages.last().is_some_and(|(_, message)| {
                        message == "MEETING_RECONNECTED" || message == "MEETING_JOINED"
                    })
            };
            until(stage, who, "the page is back in the call", back).await
        }
        Step::StopMediaServer => {
            stage.act();
            stage.access.stop_media().await?;
            Ok("the media server is gone".to_owned())
        }
        Step::StartMediaServer => {
            stage.act();
            stage.access.start_media().await?;
            Ok("the media server is back".to_owned())
        }
        Step::KillBrowser { who } => {
            stage.journal_events()?;
            stage.act();
            stage.seat(who)?.kill().await?;
            Ok("the browser's main process was killed".to_owned())
        }
        Step::ExpireMeeting => {
            let meeting = meeting_id(stage)?;
            stage.act();
            stage.access.expire(&meeting)?;
            Ok("the service deleted the meeting".to_owned())
        }
        Step::Records { rows } => records(stage, rows).await,
    }
}

/// Taps on start or join and waits to be in the call.
async fn enter(stage: &mut Stage<'_>, who: &str, button: &str) -> Result<String, Halt> {
    stage.open(who).await?;
    let (tapped, before) = tap(stage, who, button).await?;
    let over = |state: &PageState| {
        state.messages[before..].iter().any(|(_, message)| {
            message == "MEETING_JOINED"
                || message.starts_with("JOIN_ERROR")
                || message.starts_with("MEETING_ERROR")
        })
    };
    let met = stage.wait(who, over).await?;
    let shown = stage.seat(who)?.state();
    let said = last_of(&shown, before, |message| {
        !message.starts_with("DEVICE_ERROR")
    });
    match said {
        Some((at, "MEETING_JOINED")) => Ok(format!(
            "in the call {:.0} ms after the tap",
            at.duration_since(tapped).as_secs_f64() * 1000.0
        )),
        Some((_, message)) if met => Err(Halt::NotDone(format!("the page posted `{message}`"))),
        _ => Err(Halt::NotDone(format!(
            "not in the call {} ms after the tap; the page says `{}`",
            stage.meeting.timeout_ms,
            status_text(&shown)
        ))),
    }
}

/// Taps where the answer must be a refusal.
async fn refused(stage: &mut Stage<'_>, who: &str, action: TokenAction) -> Result<String, Halt> {
    stage.open(who).await?;
    let answered = stage.seat(who)?.state().answers.len();
    let (_, before) = tap(stage, who, button_of(action)).await?;
    let over = |state: &PageState| {
        state.messages[before..].iter().any(|(_, message)| {
            [
                "JOIN_ERROR",
                "MEETING_ERROR",
                "MEETING_JOINED",
                "MEETING_ENDED",
            ]
            .iter()
            .any(|start| message.starts_with(start))
        }) && state.answers.len() > answered
    };
    let met = stage.wait(who, over).await?;
    let shown = stage.seat(who)?.state();
    let let_in = shown.messages[before..]
        .iter()
        .any(|(_, message)| message == "MEETING_JOINED" || message == "MEETING_ENDED");
    if let_in {
        return Err(Halt::NotDone("it was granted".to_owned()));
    }
    if !met {
        return Err(Halt::NotDone(format!(
            "no refusal within {} ms; the page says `{}`",
            stage.meeting.timeout_ms,
            status_text(&shown)
        )));
    }
    Ok(format!("the page says `{}`", status_text(&shown)))
}

/// Asks to create again without the page, as an app does that lost the answer.
async fn retry_create(stage: &mut Stage<'_>, who: &str) -> Result<String, Halt> {
    let participant = stage.seat(who)?.participant;
    let client = stage.target.client()?;
    let asked = stage.access.ask(
        &client,
        participant.role,
        participant.identity,
        TokenAction::Create,
    );
    let answer = stage.run.or_signal(asked).await??;
    let at_ms = stage.run.at_ms();
    let words = greenroom_core::meeting::refusal::in_words(&answer);
    let record = greenroom_core::journal::PageEvent {
        plan: stage.plan,
        participant: who.to_owned(),
        at_ms,
        what: greenroom_core::journal::PageEventKind::Token(answer),
    };
    stage.run.append(&Record::Page(Box::new(record)))?;
    Ok(format!("the token service answered {words}"))
}

/// Taps on leave or end and waits to be out.
async fn leave(
    stage: &mut Stage<'_>,
    who: &str,
    button: &str,
    message: &str,
) -> Result<String, Halt> {
    let (_, before) = tap(stage, who, button).await?;
    let out = |state: &PageState| {
        state.messages[before..]
            .iter()
            .any(|(_, said)| said == message)
    };
    until(stage, who, &format!("the page posted `{message}`"), out).await
}

async fn switch(
    stage: &mut Stage<'_>,
    who: &str,
    device: SwitchedDevice,
    on: bool,
) -> Result<String, Halt> {
    let button = match device {
        SwitchedDevice::Microphone => "microphone",
        SwitchedDevice::Camera => "camera",
    };
    tap(stage, who, button).await?;
    let switched = |state: &PageState| {
        let off = match device {
            SwitchedDevice::Microphone => state.microphone_off,
            SwitchedDevice::Camera => state.camera_off,
        };
        off == Some(!on)
    };
    let what = format!(
        "the page shows the {button} {}",
        if on { "on" } else { "off" }
    );
    until(stage, who, &what, switched).await
}

/// Waits until a direction's media is proved to be there, or to be gone, and journals the last
/// reading.
async fn media(stage: &mut Stage<'_>, direction: &Direction, there: bool) -> Result<String, Halt> {
    let Direction {
        from,
        to,
        video,
        audio,
    } = direction;
    let attendee = stage.attendee(from)?;
    let sent = stage.seat(from)?.participant.media;
    let others = stage.media_of_others(from);
    loop {
        stage.watch().await?;
        let page = stage.seat(to)?.page()?;
        let found = page.read(&attendee, sent, READING).await?;
        let mut holds = true;
        let mut told = Vec::new();
        if *video {
            let proof = if there {
                proof::seen(&sent, &others, &found)
            } else {
                proof::unseen(&found)
            };
            holds &= proof.holds;
            told.push(proof.sentence);
        }
        if *audio {
            let proof = if there {
                proof::heard(&sent, &others, &found)
            } else {
                proof::unheard(&sent, &found)
            };
            holds &= proof.holds;
            told.push(proof.sentence);
        }
        let over = holds || Instant::now() >= stage.deadline;
        if over {
            let record = MediaRecord {
                plan: stage.plan,
                step: stage.step,
                at_ms: stage.run.at_ms(),
                from: from.clone(),
                to: to.clone(),
                expected_colour: sent.colour,
                expected_tone_hz: sent.tone_hz,
                found,
            };
            stage.run.append(&Record::Media(Box::new(record)))?;
            let told = format!("{from} to {to}: {}", told.join(", "));
            return if holds {
                Ok(told)
            } else {
                Err(Halt::NotDone(told))
            };
        }
        stage.run.or_signal(std::future::ready(())).await?;
    }
}

async fn told(stage: &mut Stage<'_>, who: &str, notice: &Notice) -> Result<String, Halt> {
    let acted = stage.acted;
    let posted = move |state: &PageState, start: &str| {
        state
            .messages
            .iter()
            .any(|(at, message)| *at >= acted && message.starts_with(start))
    };
    match notice {
        Notice::CallEnded => {
            let ended = |state: &PageState| posted(state, "MEETING_ENDED") && says(state, "ended");
            until_said(stage, who, ended).await
        }
        Notice::Reconnecting => {
            // The page may be back in the call before its status line is looked at.
            let lost = |state: &PageState| posted(state, "MEETING_RECONNECTING");
            until(stage, who, "the page posted `MEETING_RECONNECTING`", lost).await
        }
        Notice::ConnectionLost => {
            let lost = |state: &PageState| posted(state, "MEETING_ERROR") && says(state, "failed");
            until_said(stage, who, lost).await
        }
        Notice::CameraDenied => {
            let denied = |state: &PageState| {
                state
                    .messages
                    .iter()
                    .any(|(_, message)| message.starts_with("DEVICE_ERROR: camera"))
            };
            until(
                stage,
                who,
                "the page posted `DEVICE_ERROR: camera ...`",
                denied,
            )
            .await
        }
        Notice::Left { whom } => {
            let attendee = stage.attendee(whom)?;
            let gone = |state: &PageState| !state.remotes.contains_key(&attendee);
            until(stage, who, &format!("`{whom}` is not shown any more"), gone).await
        }
        Notice::Muted { whom } => {
            let attendee = stage.attendee(whom)?;
            let muted = |state: &PageState| state.remotes.get(&attendee).is_some_and(|of| of.muted);
            until(stage, who, &format!("`{whom}` is shown as muted"), muted).await
        }
    }
}

/// Asks the database until the rows are as expected, or the step's time is over.
async fn records(stage: &mut Stage<'_>, asked: &[AskedRows]) -> Result<String, Halt> {
    let deadline = stage.deadline.min(rows::deadline());
    let mut told = Vec::new();
    for (query, asked) in asked.iter().enumerate() {
        let outcome = rows::ask(stage, asked, deadline).await?;
        let (holds, words) = match &outcome {
            RowsOutcome::Rows(found) => (
                expected_rows::difference(&asked.rows, found).is_none(),
                expected_rows::sentence(asked, found),
            ),
            RowsOutcome::Refused { code, message } => (false, format!("{message} ({code})")),
            RowsOutcome::NotAsked(reason) => (false, reason.clone()),
        };
        let environment = matches!(outcome, RowsOutcome::NotAsked(_));
        let record = RowsRecord {
            plan: stage.plan,
            step: Some(stage.step),
            query,
            at_ms: stage.run.at_ms(),
            outcome,
        };
        stage.run.append(&Record::Rows(Box::new(record)))?;
        if environment {
            return Err(Halt::Environment(words));
        }
        if !holds {
            return Err(Halt::NotDone(words));
        }
        told.push(words);
    }
    Ok(told.join("; "))
}

/// Taps; when it reached the page, and how many messages the page had posted before.
async fn tap(stage: &mut Stage<'_>, who: &str, button: &str) -> Result<(Instant, usize), Halt> {
    stage.watch().await?;
    stage.act();
    let deadline = stage.deadline;
    let seat = stage.seat(who)?;
    let before = seat.state().messages.len();
    let tapped = seat.page()?.tap(&format!("#{button}"), deadline).await?;
    Ok((tapped, before))
}

async fn until(
    stage: &mut Stage<'_>,
    who: &str,
    what: &str,
    condition: impl FnMut(&PageState) -> bool,
) -> Result<String, Halt> {
    if stage.wait(who, condition).await? {
        return Ok(what.to_owned());
    }
    let shown = stage.seat(who)?.state();
    let last = shown.messages.last().map_or("nothing", |(_, said)| said);
    Err(Halt::NotDone(format!(
        "not within {} ms: {what}; the page says `{}` and posted `{last}` last",
        stage.meeting.timeout_ms,
        status_text(&shown),
    )))
}

async fn until_said(
    stage: &mut Stage<'_>,
    who: &str,
    condition: impl FnMut(&PageState) -> bool,
) -> Result<String, Halt> {
    until(stage, who, "the page says so", condition).await?;
    let shown = stage.seat(who)?.state();
    Ok(format!("the page says `{}`", status_text(&shown)))
}

fn last_of(
    state: &PageState,
    before: usize,
    counts: impl Fn(&str) -> bool,
) -> Option<(Instant, &str)> {
    state.messages[before..]
        .iter()
        .rev()
        .find(|(_, message)| counts(message))
        .map(|(at, message)| (*at, message.as_str()))
}

/// Whether the page's status line is in this state.
fn says(state: &PageState, wanted: &str) -> bool {
    state
        .status
        .as_ref()
        .is_some_and(|status| status.state == wanted)
}

fn status_text(state: &PageState) -> &str {
    state.status.as_ref().map_or("", |status| &status.text)
}

fn meeting_id(stage: &Stage<'_>) -> Result<String, Halt> {
    stage
        .meeting_id()
        .ok_or_else(|| Halt::NotDone("the token service named no meeting".to_owned()))
}
