//! The course of a meeting as its steps tell it, so that a step which can never be is refused
//! before a browser is started.
//!
//! Invariant: only what no service and no page could make true is refused. Whatever depends on
//! how the product behaves is left to the run.

mod standing;

use std::collections::HashSet;

use greenroom_model::{CallMetric, Permission};

use super::super::error::Problem;
use super::phrases::{Phrase, Scene, Stream};
use super::refusals;
use crate::plan::{Direction, Notice, Participant, Step, SwitchedDevice, TokenAction};

/// How far the call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    NotStarted,
    Running,
    Over,
}

/// Where a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// Has not been in the call.
    Outside,
    /// Is in the call.
    In,
    /// Left it.
    Left,
    /// Was in it when it ended.
    Ended,
    /// Was told that the connection is lost.
    Lost,
    /// The browser is gone.
    Killed,
}

#[derive(Clone, Copy, Debug)]
struct State {
    presence: Presence,
    muted: bool,
    camera_off: bool,
    /// The connection to the call was cut, and it has not been seen to stand again.
    cut: bool,
}

/// The meeting up to a step.
pub(super) struct Course<'a> {
    people: &'a [Participant],
    states: Vec<State>,
    call: Call,
    server_up: bool,
    named: Vec<bool>,
    timed: HashSet<(usize, CallMetric)>,
}

impl<'a> Course<'a> {
    pub(super) fn new(people: &'a [Participant]) -> Self {
        let outside = State {
            presence: Presence::Outside,
            muted: false,
            camera_off: false,
            cut: false,
        };
        Self {
            people,
            states: vec![outside; people.len()],
            call: Call::NotStarted,
            server_up: true,
            named: vec![false; people.len()],
            timed: HashSet::new(),
        }
    }

    /// Whether a call was ever started, so that it has a session and a meeting.
    pub(super) fn has_session(&self) -> bool {
        self.call != Call::NotStarted
    }

    /// Whether a participant does or sees anything.
    pub(super) fn takes_part(&self, who: usize) -> bool {
        self.named[who]
    }

    /// Whether anything is timed of a participant under this name.
    pub(super) fn is_timed(&self, who: usize, metric: CallMetric) -> bool {
        self.timed.contains(&(who, metric))
    }

    /// Takes a step of one participant.
    pub(super) fn take(&mut self, index: usize, phrase: Phrase) -> Result<Step, Problem> {
        self.named[index] = true;
        let who = self.name(index);
        match phrase {
            Phrase::Start => {
                self.is_not_in(index)?;
                refusals::may_create(&self.people[index])?;
                self.server_is_up()?;
                self.arrive(index);
                self.call = Call::Running;
                self.timed.insert((index, CallMetric::MeetingCreated));
                Ok(Step::StartCall { who })
            }
            Phrase::Join => {
                self.is_not_in(index)?;
                refusals::may_join(&self.people[index])?;
                self.call_runs()?;
                self.server_is_up()?;
                self.arrive(index);
                Ok(Step::JoinCall { who })
            }
            Phrase::Refused(action, refusal) => {
                let person = &self.people[index];
                if action == TokenAction::End {
                    self.is_in(index)?;
                } else {
                    self.is_not_in(index)?;
                }
                refusals::can_be(action, refusal, person, self.call)?;
                self.timed.insert((index, CallMetric::SdkReady));
                self.timed.insert((index, CallMetric::Token));
                Ok(Step::Refused {
                    who,
                    action,
                    refusal,
                })
            }
            Phrase::RetryCreate => {
                self.is_in(index)?;
                refusals::may_create(&self.people[index])?;
                Ok(Step::RetryCreate { who })
            }
            Phrase::Leave => {
                self.is_in(index)?;
                self.states[index].presence = Presence::Left;
                Ok(Step::Leave { who })
            }
            Phrase::End => {
                self.is_in(index)?;
                refusals::may_end(&self.people[index])?;
                self.timed_for_others(index, CallMetric::EndSeen);
                self.end();
                Ok(Step::EndCall { who })
            }
            Phrase::Switch(device, on) => self.switch(index, device, on),
            Phrase::Receives(stream) => self.receives(index, &stream),
            Phrase::StopsReceiving(stream) => self.stops_receiving(index, &stream),
            Phrase::Told(notice) => self.told(index, notice),
            Phrase::LosesSignaling => {
                self.is_in(index)?;
                self.server_is_up()?;
                self.states[index].cut = true;
                Ok(Step::DropSignaling { who })
            }
            Phrase::Recovers => {
                self.is_in(index)?;
                self.server_is_up()?;
                if !self.states[index].cut {
                    return Err(Problem::new(
                        format!("`{who}` has lost nothing before this step"),
                        format!("write for example `{who}: loses signaling` before it"),
                    ));
                }
                self.states[index].cut = false;
                Ok(Step::Recovers { who })
            }
            Phrase::KillBrowser => {
                self.is_in(index)?;
                self.states[index].presence = Presence::Killed;
                Ok(Step::KillBrowser { who })
            }
        }
    }

    /// Takes a step of everybody.
    pub(super) fn scene(&mut self, scene: Scene) -> Result<Step, Problem> {
        match scene {
            Scene::AllReceive => self.all_receive(),
            Scene::MediaServerStops => {
                self.server_is_up()?;
                self.server_up = false;
                for state in &mut self.states {
                    state.cut |= state.presence == Presence::In;
                }
                Ok(Step::StopMediaServer)
            }
            Scene::MediaServerStarts => {
                if self.server_up {
                    return Err(Problem::new(
                        "the media server runs already",
                        "write `media server: stops` before it, or remove the step",
                    ));
                }
                self.server_up = true;
                Ok(Step::StartMediaServer)
            }
            Scene::MeetingExpires => {
                self.call_runs()?;
                self.end();
                Ok(Step::ExpireMeeting)
            }
        }
    }

    fn all_receive(&mut self) -> Result<Step, Problem> {
        let inside: Vec<usize> = (0..self.people.len())
            .filter(|index| self.states[*index].presence == Presence::In)
            .collect();
        if inside.len() < 2 {
            return Err(Problem::new(
                "fewer than two participants are in the call here",
                "write `NAME: join call` for each of them before it",
            ));
        }
        let mut directions = Vec::new();
        for from in &inside {
            for to in inside.iter().filter(|to| *to != from) {
                directions.push(self.flows(*from, *to, &super::phrases::both(self.name(*from)))?);
            }
        }
        Ok(Step::Receives { directions })
    }

    fn switch(&mut self, index: usize, device: SwitchedDevice, on: bool) -> Result<Step, Problem> {
        self.is_in(index)?;
        self.has_devices(index)?;
        let who = self.name(index);
        let state = &mut self.states[index];
        let (off, already) = match (device, on) {
            (SwitchedDevice::Microphone, false) => (&mut state.muted, "is muted already"),
            (SwitchedDevice::Microphone, true) => (&mut state.muted, "is not muted"),
            (SwitchedDevice::Camera, false) => {
                (&mut state.camera_off, "has the camera off already")
            }
            (SwitchedDevice::Camera, true) => (&mut state.camera_off, "has the camera on already"),
        };
        if *off != on {
            return Err(Problem::new(
                format!("`{who}` {already}"),
                "remove this step, or one that comes before it",
            ));
        }
        *off = !on;
        if device == SwitchedDevice::Microphone && !on {
            self.timed_for_others(index, CallMetric::MuteSeen);
        }
        Ok(Step::Switch { who, device, on })
    }

    fn receives(&mut self, to: usize, stream: &Stream) -> Result<Step, Problem> {
        let from = self.other(to, &stream.from)?;
        Ok(Step::Receives {
            directions: vec![self.flows(from, to, stream)?],
        })
    }

    /// The direction, if nothing before it keeps media from going there.
    fn flows(&self, from: usize, to: usize, stream: &Stream) -> Result<Direction, Problem> {
        self.is_in(to)?;
        self.is_in(from)?;
        self.has_devices(from)?;
        self.server_is_up()?;
        let name = &self.people[from].name;
        let state = self.states[from];
        if stream.audio && state.muted {
            return Err(Problem::new(
                format!("`{name}` is muted here, so nobody can hear them"),
                format!("write `{name}: unmute` before it"),
            ));
        }
        if stream.video && state.camera_off {
            return Err(Problem::new(
                format!("`{name}` has the camera off here, so nobody can see them"),
                format!("write `{name}: camera on` before it"),
            ));
        }
        Ok(self.direction(from, to, stream))
    }

    fn stops_receiving(&mut self, to: usize, stream: &Stream) -> Result<Step, Problem> {
        let from = self.other(to, &stream.from)?;
        let name = &self.people[from].name;
        self.was_in(to)?;
        self.was_in(from)?;
        self.has_devices(from)?;
        let (sender, receiver) = (self.states[from], self.states[to]);
        let both_there =
            sender.presence == Presence::In && receiver.presence == Presence::In && self.server_up;
        let sends = (stream.audio && !sender.muted) || (stream.video && !sender.camera_off);
        if both_there && sends && !sender.cut && !receiver.cut {
            let cause = if stream.audio { "mute" } else { "camera off" };
            return Err(Problem::new(
                format!("nothing before this step keeps `{name}` from sending"),
                format!("write for example `{name}: {cause}` before it"),
            ));
        }
        Ok(Step::StopsReceiving {
            directions: vec![self.direction(from, to, stream)],
        })
    }

    fn direction(&self, from: usize, to: usize, stream: &Stream) -> Direction {
        Direction {
            from: self.name(from),
            to: self.name(to),
            video: stream.video,
            audio: stream.audio,
        }
    }

    fn told(&mut self, index: usize, notice: Notice) -> Result<Step, Problem> {
        let who = self.name(index);
        match &notice {
            Notice::CallEnded => {
                self.was_in(index)?;
                if self.states[index].presence != Presence::Ended {
                    return Err(Problem::new(
                        format!("the call has not ended for `{who}` at this step"),
                        "somebody must end the call before it, for example `provider: end call`",
                    ));
                }
            }
            Notice::Left { whom } => {
                self.is_in(index)?;
                let other = self.other(index, whom)?;
                self.was_in_once(other)?;
                if self.states[other].presence == Presence::In && !self.states[other].cut {
                    return Err(Problem::new(
                        format!("`{whom}` is still in the call at this step"),
                        format!("write for example `{whom}: leave call` before it"),
                    ));
                }
            }
            Notice::Muted { whom } => {
                self.is_in(index)?;
                let other = self.other(index, whom)?;
                self.is_in(other)?;
                if !self.states[other].muted {
                    return Err(Problem::new(
                        format!("`{whom}` is not muted at this step"),
                        format!("write `{whom}: mute` before it"),
                    ));
                }
            }
            Notice::Reconnecting => self.is_cut(index)?,
            Notice::ConnectionLost => {
                self.is_cut(index)?;
                self.states[index].presence = Presence::Lost;
            }
            Notice::CameraDenied => {
                self.is_in(index)?;
                if self.people[index].camera == Permission::Granted {
                    return Err(Problem::new(
                        format!("`{who}` may use the camera"),
                        format!("write `{who}: {{camera: denied}}` under `participants`"),
                    ));
                }
            }
        }
        Ok(Step::Told { who, notice })
    }

    fn arrive(&mut self, index: usize) {
        self.states[index] = State {
            presence: Presence::In,
            muted: false,
            camera_off: false,
            cut: false,
        };
        for metric in [
            CallMetric::SdkReady,
            CallMetric::Token,
            CallMetric::Started,
            CallMetric::Connected,
        ] {
            self.timed.insert((index, metric));
        }
        let others: Vec<usize> = self.others_in(index).collect();
        for other in others {
            for (sender, receiver) in [(index, other), (other, index)] {
                if self.people[sender].camera == Permission::Granted {
                    self.timed.insert((receiver, CallMetric::FirstRemoteAudio));
                    self.timed.insert((receiver, CallMetric::FirstRemoteFrame));
                }
            }
        }
    }

    fn end(&mut self) {
        self.call = Call::Over;
        for state in &mut self.states {
            if state.presence == Presence::In {
                state.presence = Presence::Ended;
            }
        }
    }

    fn timed_for_others(&mut self, index: usize, metric: CallMetric) {
        let others: Vec<usize> = self.others_in(index).collect();
        self.timed
            .extend(others.into_iter().map(|other| (other, metric)));
    }

    fn others_in(&self, index: usize) -> impl Iterator<Item = usize> {
        (0..self.people.len())
            .filter(move |other| *other != index && self.states[*other].presence == Presence::In)
    }

    fn name(&self, index: usize) -> String {
        self.people[index].name.clone()
    }

    /// Another participant by name; the phrase was read with the same names.
    fn other(&mut self, index: usize, name: &str) -> Result<usize, Problem> {
        let found = self.people.iter().position(|person| person.name == name);
        match found {
            Some(other) if other != index => {
                self.named[other] = true;
                Ok(other)
            }
            _ => Err(Problem::new(
                format!("`{name}` cannot see, hear or be told of themselves"),
                "name another participant",
            )),
        }
    }
}
