//! What has to be so for a step, and what to write where it is not.

use greenroom_model::{IdentityToken, Permission, Role};

use super::{Call, Course, Presence};
use crate::scenario::error::Problem;

impl Course<'_> {
    pub(super) fn call_runs(&self) -> Result<(), Problem> {
        let message = match self.call {
            Call::Running => return Ok(()),
            Call::NotStarted => "nobody has started a call before this step",
            Call::Over => "the call is over before this step",
        };
        Err(Problem::new(
            message,
            "a participant of role `provider` has to `start call` first",
        ))
    }

    pub(super) fn server_is_up(&self) -> Result<(), Problem> {
        if self.server_up {
            Ok(())
        } else {
            Err(Problem::new(
                "the media server is stopped here",
                "write `media server: starts` before it",
            ))
        }
    }

    pub(super) fn has_devices(&self, index: usize) -> Result<(), Problem> {
        let person = &self.people[index];
        if person.camera == Permission::Granted {
            return Ok(());
        }
        Err(Problem::new(
            format!(
                "`{}` has `camera: denied`, so there is neither picture nor sound of them",
                person.name
            ),
            "remove this step, or write `camera: granted` under `participants`",
        ))
    }

    pub(super) fn is_not_in(&self, index: usize) -> Result<(), Problem> {
        if self.states[index].presence == Presence::In {
            let name = &self.people[index].name;
            return Err(Problem::new(
                format!("`{name}` is in the call already"),
                format!("write `{name}: leave call` before it, or remove the step"),
            ));
        }
        Ok(())
    }

    pub(super) fn is_in(&self, index: usize) -> Result<(), Problem> {
        let name = &self.people[index].name;
        let rejoin = format!("write `{name}: rejoin call` before it");
        let (why, help) = match self.states[index].presence {
            Presence::In => return Ok(()),
            Presence::Outside => ("has not joined the call", self.way_in(index)),
            Presence::Left => ("has left the call", rejoin),
            Presence::Ended => (
                "is not in the call any more: it has ended",
                "put this step before the end of the call".to_owned(),
            ),
            Presence::Lost => ("has lost the connection", rejoin),
            Presence::Killed => ("has no browser any more", rejoin),
        };
        Err(Problem::new(format!("`{name}` {why} at this step"), help))
    }

    fn way_in(&self, index: usize) -> String {
        let person = &self.people[index];
        let what = match person.role {
            Role::Provider if self.call == Call::NotStarted => "start call",
            _ => "join call",
        };
        if person.role == Role::Stranger || person.identity != IdentityToken::Valid {
            "this participant never gets in; remove the step".to_owned()
        } else {
            format!("write `{}: {what}` before it", person.name)
        }
    }

    /// Has been in the call, and the page is still there to see.
    pub(super) fn was_in(&self, index: usize) -> Result<(), Problem> {
        match self.states[index].presence {
            Presence::Outside | Presence::Killed => self.is_in(index),
            Presence::In | Presence::Left | Presence::Ended | Presence::Lost => Ok(()),
        }
    }

    pub(super) fn was_in_once(&self, index: usize) -> Result<(), Problem> {
        match self.states[index].presence {
            Presence::Outside => self.is_in(index),
            _ => Ok(()),
        }
    }

    pub(super) fn is_cut(&self, index: usize) -> Result<(), Problem> {
        self.is_in(index)?;
        if self.states[index].cut {
            return Ok(());
        }
        let name = &self.people[index].name;
        Err(Problem::new(
            format!("nothing before this step cuts `{name}` off"),
            format!("write `{name}: loses signaling` or `media server: stops` before it"),
        ))
    }
}
