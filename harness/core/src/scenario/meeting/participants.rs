//! Who takes part in a meeting.

use greenroom_model::{DeviceProfile, IdentityToken, NetworkProfile, Permission, Role};

use super::raw::ParticipantEntry;
use super::{Entries, Reader, media, phrases, read_or};
use crate::journal::TargetKind;
use crate::plan::Participant;
use crate::scenario::error::{Problem, ScenarioError};
use crate::scenario::raw::Name;
use crate::scenario::settings;
use crate::scenario::vocabulary::Vocabulary;
use crate::scenario::written::Written;

// What holds where a scenario says nothing.
const DEVICE: &str = "desktop";
const NETWORK: &str = "unthrottled";

/// What begins a step and so is nobody's name.
const NOT_PEOPLE: [&str; 3] = ["all", "meeting", phrases::RECORDS];

impl Reader<'_> {
    pub(super) fn people(&self, entries: &Entries) -> Result<Vec<Participant>, ScenarioError> {
        let number = entries.value.0.len();
        let most = media::PALETTE.len();
        if number == 0 {
            return Err(self.refuse(
                entries.span,
                Problem::new(
                    "this meeting has no participant",
                    "name at least one, for example `provider: {}`",
                ),
            ));
        }
        if number > most {
            return Err(self.refuse(
                entries.span,
                Problem::new(
                    format!("this meeting has {number} participants, and {most} is the most"),
                    "each sends a colour and a tone that can be told from the others', and there are no more of them",
                ),
            ));
        }
        let mut people: Vec<Participant> = Vec::new();
        for ((name, entry), media) in entries.value.0.iter().zip(media::PALETTE) {
            let entry = &entry.value;
            let person = Participant {
                name: self.person_name(name)?,
                role: self.role(name, entry)?,
                identity: self.identity(entry)?,
                device: self.device(name, entry)?,
                network: self.network(name, entry)?,
                camera: read_or(self.source, &entry.camera, Permission::Granted)?,
                media,
            };
            let same = |other: &&Participant| {
                other.role == person.role
                    && person.role != Role::Stranger
                    && person.identity == IdentityToken::Valid
                    && other.identity == IdentityToken::Valid
            };
            if let Some(other) = people.iter().find(same) {
                return Err(name.error(
                    self.source,
                    Problem::new(
                        format!(
                            "`{}` and `{}` are both the `{}` of the appointment",
                            other.name,
                            person.name,
                            person.role.word()
                        ),
                        "an appointment has one provider and one patient; give one of them another role",
                    ),
                ));
            }
            people.push(person);
        }
        Ok(people)
    }

    fn person_name(&self, name: &Written<Name>) -> Result<String, ScenarioError> {
        let plain = settings::plain_name(self.source, name)?;
        if NOT_PEOPLE.contains(&plain.as_str()) {
            return Err(name.error(
                self.source,
                Problem::new(
                    format!("`{plain}` begins steps that are about no single participant"),
                    "give the participant another name",
                ),
            ));
        }
        Ok(plain)
    }

    fn role(&self, name: &Written<Name>, entry: &ParticipantEntry) -> Result<Role, ScenarioError> {
        match entry.role.get() {
            Some(role) => role.read(self.source),
            None => Role::from_word(&name.text).map_err(|_| {
                name.error(
                    self.source,
                    Problem::new(
                        format!("what `{}` is to the appointment is not said", name.text),
                        format!(
                            "write `{}: {{role: patient}}`; roles are `provider`, `patient` and `stranger`",
                            name.text
                        ),
                    ),
                )
            }),
        }
    }

    fn identity(&self, entry: &ParticipantEntry) -> Result<IdentityToken, ScenarioError> {
        let Some(written) = entry.identity.get() else {
            return Ok(IdentityToken::Valid);
        };
        let identity: IdentityToken = written.read(self.source)?;
        let made_here = !matches!(identity, IdentityToken::Valid | IdentityToken::Missing);
        if made_here && self.target == TargetKind::Deployed {
            return Err(written.error(
                self.source,
                Problem::new(
                    format!(
                        "a token that is `{}` is made by the local stack, and the target is deployed",
                        identity.word()
                    ),
                    "only valid tokens are given for a deployment; run this scenario against `--target local`",
                ),
            ));
        }
        Ok(identity)
    }

    fn device(
        &self,
        name: &Written<Name>,
        entry: &ParticipantEntry,
    ) -> Result<DeviceProfile, ScenarioError> {
        let written = entry.device.get().unwrap_or(name);
        let class = entry.device.get().map_or(DEVICE, |device| &device.text);
        self.settings
            .device(class)
            .map_err(|problem| written.error(self.source, problem))
    }

    fn network(
        &self,
        name: &Written<Name>,
        entry: &ParticipantEntry,
    ) -> Result<NetworkProfile, ScenarioError> {
        let written = entry.network.get().unwrap_or(name);
        let class = entry.network.get().map_or(NETWORK, |network| &network.text);
        self.settings
            .network(class)
            .map_err(|problem| written.error(self.source, problem))
    }
}
