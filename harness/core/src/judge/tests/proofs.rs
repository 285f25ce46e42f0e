//! What proves that one participant sees and hears another.

use greenroom_model::MediaReading;

use super::calls::{PATIENT, PROVIDER, good_call, media, meeting, reading};
use super::meetings::{assert_verdict, changed, judged, of};
use crate::journal::{Record, StepOutcome};
use crate::results::{Outcome, Results};

#[test]
fn connected_is_no_proof() {
    // The patient's page shows the patient.
    let run = changed(&meeting(), |record| {
        if let Record::Media(media) = record
            && (media.step, media.from.as_str()) == (2, "provider")
        {
            media.found = reading(PATIENT);
        }
    });
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Fail,
        "provider to patient: colour #c82828 expected and #285ac8 found (distance 232, at most \
         60), which is no farther from the #285ac8 that another participant sends, tone 440 Hz",
    );
    assert!(
        of(&run).sentence.contains("proved in 1 of 2 directions"),
        "{}",
        of(&run).sentence
    );

    let mut records = good_call(&meeting());
    records.retain(|record| !matches!(record, Record::Media(media) if media.step == 2));
    let run = judged(&records);
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Error,
        "no line of the journal says what of provider reached patient",
    );
}

#[test]
fn the_last_reading_of_a_step_counts_and_a_tone_must_be_gone() {
    let mut records = good_call(&meeting());
    let place = records
        .iter()
        .position(|record| matches!(record, Record::Media(_)))
        .unwrap();
    records.insert(
        place,
        media(2, 6_000.0, "provider", MediaReading::default()),
    );
    assert_eq!(judged(&records).outcome, Outcome::Pass);

    let run = changed(&meeting(), |record| {
        if let Record::Media(media) = record
            && media.step == 4
        {
            media.found = reading(PROVIDER);
        }
    });
    assert_verdict(
        &run,
        "stops hearing provider",
        Outcome::Fail,
        "provider to patient: the tone of 440 Hz that should be gone is 52 dB above",
    );
}

#[test]
fn the_pictures_are_those_of_the_proof_and_of_the_failure() {
    let run = judged(&good_call(&meeting()));
    let pictures = |run: &Results| -> Vec<String> {
        let of = of(run).participants.iter().flat_map(|one| &one.pictures);
        of.map(|picture| picture.jpeg.clone()).collect()
    };
    assert_eq!(
        pictures(&run),
        ["picture of provider after 2", "picture of patient after 2"]
    );
    let run = changed(&meeting(), |record| {
        if let Record::Step(step) = record
            && step.step == 4
        {
            step.outcome = StepOutcome::NotDone;
        }
    });
    assert_eq!(
        pictures(&run),
        [
            "picture of provider after 2",
            "picture of patient after 2",
            "picture of patient after 4"
        ]
    );
}
