//! The closed list of what a step can say.

use super::super::error::{Problem, clip, nearest};
use super::super::vocabulary::Vocabulary;
use crate::plan::{Notice, Refusal, SwitchedDevice, TokenAction};

/// What a participant does or sees, before it is known whether that can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Phrase {
    Start,
    Join,
    RetryCreate,
    Leave,
    End,
    Switch(SwitchedDevice, bool),
    Receives(Stream),
    StopsReceiving(Stream),
    Told(Notice),
    Refused(TokenAction, Refusal),
    LosesSignaling,
    Recovers,
    KillBrowser,
}

/// Picture or sound of another participant, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) from: String,
    pub(super) video: bool,
    pub(super) audio: bool,
}

/// What happens to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    AllReceive,
    MediaServerStops,
    MediaServerStarts,
    MeetingExpires,
}

/// Who a step is about where it is about no participant, and what can be said of it.
pub(crate) const SCENES: &[(&str, &[(&str, Scene)])] = &[
    ("all", &[("see and hear each other", Scene::AllReceive)]),
    (
        "media server",
        &[
            ("stops", Scene::MediaServerStops),
            ("starts", Scene::MediaServerStarts),
        ],
    ),
    ("meeting", &[("expires", Scene::MeetingExpires)]),
];

/// The key of a step that asks the database.
pub(crate) const RECORDS: &str = "records";

/// How a phrase goes on.
enum Form {
    /// It is all there.
    Fixed(Phrase),
    /// `NAME` in it stands for another participant.
    Named(fn(String) -> Phrase),
    /// `REFUSAL` in it stands for how the token service refuses.
    Refused(TokenAction),
}

const NAME: &str = "NAME";
const REFUSAL: &str = "REFUSAL";

const PHRASES: &[(&str, Form)] = &[
    ("start call", Form::Fixed(Phrase::Start)),
    ("join call", Form::Fixed(Phrase::Join)),
    ("rejoin call", Form::Fixed(Phrase::Join)),
    ("retry create", Form::Fixed(Phrase::RetryCreate)),
    ("leave call", Form::Fixed(Phrase::Leave)),
    ("end call", Form::Fixed(Phrase::End)),
    (
        "mute",
        Form::Fixed(Phrase::Switch(SwitchedDevice::Microphone, false)),
    ),
    (
        "unmute",
        Form::Fixed(Phrase::Switch(SwitchedDevice::Microphone, true)),
    ),
    (
        "camera off",
        Form::Fixed(Phrase::Switch(SwitchedDevice::Camera, false)),
    ),
    (
        "camera on",
        Form::Fixed(Phrase::Switch(SwitchedDevice::Camera, true)),
    ),
    (
        "sees NAME",
        Form::Named(|from| Phrase::Receives(picture(from))),
    ),
    (
        "hears NAME",
        Form::Named(|from| Phrase::Receives(sound(from))),
    ),
    (
        "sees and hears NAME",
        Form::Named(|from| Phrase::Receives(both(from))),
    ),
    (
        "stops seeing NAME",
        Form::Named(|from| Phrase::StopsReceiving(picture(from))),
    ),
    (
        "stops hearing NAME",
        Form::Named(|from| Phrase::StopsReceiving(sound(from))),
    ),
    (
        "is told that the call ended",
        Form::Fixed(Phrase::Told(Notice::CallEnded)),
    ),
    (
        "is told that NAME left",
        Form::Named(|whom| Phrase::Told(Notice::Left { whom })),
    ),
    (
        "is told that NAME muted",
        Form::Named(|whom| Phrase::Told(Notice::Muted { whom })),
    ),
    (
        "is told that the camera is denied",
        Form::Fixed(Phrase::Told(Notice::CameraDenied)),
    ),
    (
        "is told that it is reconnecting",
        Form::Fixed(Phrase::Told(Notice::Reconnecting)),
    ),
    (
        "is told that the connection is lost",
        Form::Fixed(Phrase::Told(Notice::ConnectionLost)),
    ),
    (
        "is refused to start: REFUSAL",
        Form::Refused(TokenAction::Create),
    ),
    (
        "is refused to join: REFUSAL",
        Form::Refused(TokenAction::Join),
    ),
    (
        "is refused to end: REFUSAL",
        Form::Refused(TokenAction::End),
    ),
    ("loses signaling", Form::Fixed(Phrase::LosesSignaling)),
    ("recovers", Form::Fixed(Phrase::Recovers)),
    ("browser is killed", Form::Fixed(Phrase::KillBrowser)),
];

fn picture(from: String) -> Stream {
    Stream {
        from,
        video: true,
        audio: false,
    }
}

fn sound(from: String) -> Stream {
    Stream {
        from,
        video: false,
        audio: true,
    }
}

pub(super) fn both(from: String) -> Stream {
    Stream {
        from,
        video: true,
        audio: true,
    }
}

/// Reads what stands behind a participant's name. `names` are all participants.
pub(super) fn read(text: &str, names: &[&str]) -> Result<Phrase, Problem> {
    for (template, form) in PHRASES {
        match form {
            Form::Fixed(phrase) if *template == text => return Ok(phrase.clone()),
            Form::Fixed(_) => {}
            Form::Named(make) => {
                if let Some((at, name)) = between(text, template, NAME) {
                    return if names.contains(&name) {
                        Ok(make(name.to_owned()))
                    } else {
                        Err(Problem::unknown("participant", name, names.iter().copied())
                            .within(at..at + name.len()))
                    };
                }
            }
            Form::Refused(action) => {
                if let Some((at, word)) = between(text, template, REFUSAL) {
                    return Refusal::from_word(word)
                        .map(|refusal| Phrase::Refused(*action, refusal))
                        .map_err(|problem| problem.within(at..at + word.len()));
                }
            }
        }
    }
    Err(unknown(text, names))
}

/// The one word that stands in a text where its template has a placeholder.
fn between<'a>(text: &'a str, template: &str, placeholder: &str) -> Option<(usize, &'a str)> {
    let (before, after) = template.split_once(placeholder)?;
    let word = text.strip_prefix(before)?.strip_suffix(after)?;
    let one = !word.is_empty() && !word.contains(char::is_whitespace);
    one.then_some((before.len(), word))
}

fn unknown(text: &str, names: &[&str]) -> Problem {
    let mut known: Vec<String> = Vec::new();
    for (template, form) in PHRASES {
        match form {
            Form::Fixed(_) => known.push((*template).to_owned()),
            Form::Named(_) => {
                known.extend(names.iter().map(|name| template.replace(NAME, name)));
            }
            Form::Refused(_) => known.extend(
                Refusal::WORDS
                    .iter()
                    .map(|(word, _)| template.replace(REFUSAL, word)),
            ),
        }
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = if let Some(near) = nearest(text, &known) {
        format!("did you mean `{near}`? scenarios/README.md lists the phrases")
    } else {
        let all: Vec<&str> = PHRASES.iter().map(|(template, _)| *template).collect();
        format!("the phrases are: {}", all.join(", "))
    };
    Problem::new(format!("unknown step `{}`", clip(text)), help)
}

/// The phrases that name nobody, for the schema.
pub(crate) fn fixed() -> Vec<String> {
    let mut words = Vec::new();
    for (template, form) in PHRASES {
        match form {
            Form::Fixed(_) => words.push((*template).to_owned()),
            Form::Named(_) => {}
            Form::Refused(_) => words.extend(
                Refusal::WORDS
                    .iter()
                    .map(|(word, _)| template.replace(REFUSAL, word)),
            ),
        }
    }
    words
}

/// The phrases that name a participant, as a regular expression of ECMA-262.
pub(crate) fn pattern() -> String {
    let named: Vec<String> = PHRASES
        .iter()
        .filter(|(_, form)| matches!(form, Form::Named(_)))
        .map(|(template, _)| template.replace(NAME, "[a-z0-9-]+"))
        .collect();
    format!("^({})$", named.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["provider", "patient"];

    #[test]
    fn a_phrase_is_read_with_its_names() {
        assert_eq!(read("rejoin call", &NAMES).unwrap(), Phrase::Join);
        assert_eq!(
            read("is told that patient left", &NAMES).unwrap(),
            Phrase::Told(Notice::Left {
                whom: "patient".to_owned()
            })
        );
        assert_eq!(
            read("sees and hears provider", &NAMES).unwrap(),
            Phrase::Receives(both("provider".to_owned()))
        );
        assert_eq!(
            read("is refused to join: no-active-call", &NAMES).unwrap(),
            Phrase::Refused(TokenAction::Join, Refusal::NoActiveCall)
        );
    }

    #[test]
    fn what_is_wrong_in_a_phrase_is_pointed_at() {
        let problem = read("stops hearing provder", &NAMES).unwrap_err();
        assert_eq!(problem.part, Some(14..21));
        let problem = read("is refused to end: patient-cannot-start", &NAMES).unwrap_err();
        assert_eq!(problem.part, Some(19..39));
        let problem = read("stop hearing provider", &NAMES).unwrap_err();
        assert!(
            problem.help.contains("`stops hearing provider`"),
            "{}",
            problem.help
        );
    }
}
