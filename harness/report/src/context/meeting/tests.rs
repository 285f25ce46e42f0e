//! What the section of a meeting says, and that nothing foreign reaches its markup.

use greenroom_core::results::{TimelineEvent, TimelineKind};

use crate::html;
use crate::sample::HOSTILE;
use crate::sample_call::call_results;

#[test]
fn every_part_of_a_call_is_in_the_page() {
    let results = call_results();
    let page = html(&results).unwrap();
    for part in [
        "saw and heard each other; 14 of 18 checks hold",
        "media ran unshaped",
        "style=\"--swatch: #c82828\"",
        "The call in time",
        "patient</bdi> sees and hears <bdi>provider",
        "patient</bdi> does not hear <bdi>provider",
        "441 Hz",
        "no tile",
        "first remote frame",
        "Jitter of the audio",
        "Everything that happened",
        "status: ended",
        "alt=\"The page of provider at 7.27 s, after all: see and hear each other\"",
    ] {
        assert!(page.contains(part), "{part:?} is not in the page");
    }
    assert_eq!(
        page.matches("<img src=\"data:image/jpeg;base64,&#x2f;9j&#x2f;")
            .count(),
        2
    );
    assert_eq!(page.matches(" src=\"").count(), 2);
    let ids: Vec<_> = page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next())
        .collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands for one thing");
}

#[test]
fn nothing_foreign_is_markup_wherever_it_stands() {
    let mut results = call_results();
    let meeting = results.scenarios[0].meeting.as_mut().unwrap();
    meeting.sentence = HOSTILE.to_owned();
    meeting.notes = vec![HOSTILE.to_owned()];
    meeting.steps[0].text = HOSTILE.to_owned();
    meeting.media[0].step = HOSTILE.to_owned();
    meeting.media[0].from = HOSTILE.to_owned();
    meeting.rows[0].text = HOSTILE.to_owned();
    meeting.rows[0].found[0].insert(HOSTILE.to_owned(), HOSTILE.into());
    let person = &mut meeting.participants[0];
    person.name = HOSTILE.to_owned();
    person.device.name = HOSTILE.to_owned();
    person.pictures[0].jpeg = format!("{}\"><script>", person.pictures[0].jpeg);
    person.pictures[0].step = HOSTILE.to_owned();
    person.events.extend((0..1_000).map(|_| TimelineEvent {
        at_ms: f64::NAN,
        label: HOSTILE.to_owned(),
        kind: TimelineKind::Trouble,
    }));
    let page = html(&results).unwrap();
    for markup in ["<script", "<img src=x", "onerror='", "\u{7}", "\u{202e}"] {
        assert!(!page.contains(markup), "{markup:?} is in the page");
    }
    assert!(page.contains("is no JPEG file, and is not shown"));
    assert_eq!(page.matches("<img ").count(), 1);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
}

#[test]
fn a_meeting_that_never_began_is_a_section_without_figures() {
    let mut results = call_results();
    let meeting = results.scenarios[0].meeting.as_mut().unwrap();
    meeting.duration_ms = 0.0;
    meeting.media.clear();
    for person in &mut meeting.participants {
        person.events.clear();
        person.stats.clear();
        person.timings.clear();
        person.pictures.clear();
    }
    for step in &mut meeting.steps {
        step.began_ms = None;
        step.duration_ms = None;
    }
    let page = html(&results).unwrap();
    assert!(page.contains("Who took part") && !page.contains("<svg"));
}
