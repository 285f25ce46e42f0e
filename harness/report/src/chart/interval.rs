//! The interval of a ratio against the equivalence margin.
//!
//! The axis is the logarithm of candidate over baseline, so that twice as slow and twice as
//! fast are equally far from no difference; it is labelled as a change in percent.

use greenroom_core::results::{Decision, Interval};

use super::{Frame, Mark, Picture, scale::Scale};
use crate::format;

/// Changes that may be written below the axis, as ratios.
const LABELLED: [f64; 13] = [
    0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0, 10.0,
];

/// Beyond this the axis ends, and an arrow says that the interval goes on.
const FURTHEST: f64 = 10.0;

/// What a picture of intervals spans, in logarithms: from `-reach` to `reach`.
///
/// It holds every interval and twice the margin, up to [`FURTHEST`].
pub(crate) fn reach<'a>(decisions: impl Iterator<Item = (&'a Decision, f64)>) -> f64 {
    decisions
        .flat_map(|(decision, margin)| {
            let ends = decision
                .interval
                .map_or([1.0, 1.0], |Interval { lo, hi }| [lo, hi]);
            [
                ends[0].ln().abs() * 1.15,
                ends[1].ln().abs() * 1.15,
                (1.0 / (1.0 - margin)).ln() * 2.0,
            ]
        })
        .filter(|end| end.is_finite())
        .fold(0.05, f64::max)
        .min(FURTHEST.ln())
}

/// The interval of one comparison with its axis; `None` where there is none yet.
///
/// `margin` is the equivalence margin as a fraction, `alpha` the interval's error probability.
pub(crate) fn picture(
    decision: &Decision,
    margin: f64,
    alpha: f64,
    frame: Frame,
) -> Option<Picture> {
    let interval = decision.interval?;
    let width = frame.width();
    let reach = reach(std::iter::once((decision, margin)));
    let scale = Scale::linear((-reach, reach), (14.0, width - 14.0));
    let (top, bottom) = (24.0, 66.0);
    let mut marks = zones(&scale, margin, top, bottom);
    marks.extend(bar(
        &scale,
        interval,
        decision.ratio,
        f64::midpoint(top, bottom),
        reach,
    ));

    marks.push(Mark::text(
        "label",
        (0.0, 14.0),
        "start",
        "◀ candidate faster",
    ));
    marks.push(Mark::text(
        "label",
        (width, 14.0),
        "end",
        "candidate slower ▶",
    ));
    if frame == Frame::Wide {
        marks.push(Mark::text(
            "label quiet",
            (scale.at(0.0), 14.0),
            "middle",
            format!("equivalent within {}", format::percent(margin)),
        ));
    }
    marks.push(Mark::line("axis", (14.0, bottom), (width - 14.0, bottom)));
    for (x, label) in labels(&scale, margin, width) {
        marks.push(Mark::line("axis", (x, bottom), (x, bottom + 4.0)));
        marks.push(Mark::text("tick", (x, bottom + 18.0), "middle", label));
    }
    Some(Picture {
        title: "Interval of the difference".to_owned(),
        description: format!(
            "Candidate against baseline: {}, {} interval {}. The equivalence margin is {}.",
            decision
                .ratio
                .map_or_else(|| format::NOTHING.to_owned(), format::change),
            format::confidence(alpha),
            format::change_interval(interval),
            format::percent(margin),
        ),
        width,
        height: 90.0,
        marks,
    })
}

/// The same without axis and labels, for a row of a table: `reach` is shared by all rows.
pub(crate) fn thumbnail(decision: &Decision, margin: f64, reach: f64) -> Option<Picture> {
    let interval = decision.interval?;
    let (width, height) = (240.0, 28.0);
    let scale = Scale::linear((-reach, reach), (8.0, width - 8.0));
    let mut marks = zones(&scale, margin, 1.0, height - 1.0);
    marks.extend(bar(&scale, interval, decision.ratio, height / 2.0, reach));
    Some(Picture {
        title: "Interval of the difference".to_owned(),
        description: format::change_interval(interval),
        width,
        height,
        marks,
    })
}

fn zones(scale: &Scale, margin: f64, top: f64, bottom: f64) -> Vec<Mark> {
    // `equivalent` is -b < L < b with b = -ln(1 - d): symmetric in logarithms.
    let bound = -(1.0 - margin).ln();
    let (from, to) = (scale.at(-bound), scale.at(bound));
    let none = scale.at(0.0);
    vec![
        Mark::rect("margin", from, top, to - from, bottom - top),
        Mark::line("margin-edge", (from, top), (from, bottom)),
        Mark::line("margin-edge", (to, top), (to, bottom)),
        Mark::line("zero", (none, top), (none, bottom)),
    ]
}

fn bar(scale: &Scale, interval: Interval, ratio: Option<f64>, y: f64, reach: f64) -> Vec<Mark> {
    let (from, to) = (scale.at(interval.lo.ln()), scale.at(interval.hi.ln()));
    let mut marks = vec![Mark::line("interval", (from, y), (to, y))];
    // A closed end is a stroke across; an end beyond the axis is an arrow.
    for (x, end, outwards) in [(from, interval.lo, -6.0), (to, interval.hi, 6.0)] {
        marks.push(if end.ln().abs() > reach + 1e-9 {
            Mark::polygon(
                "interval-arrow",
                &[(x, y - 5.0), (x, y + 5.0), (x + outwards, y)],
            )
        } else {
            Mark::line("interval", (x, y - 6.0), (x, y + 6.0))
        });
    }
    if let Some(ratio) = ratio.filter(|ratio| ratio.is_finite() && *ratio > 0.0) {
        marks.push(Mark::dots("estimate", 5.0, vec![(scale.at(ratio.ln()), y)]));
    }
    marks
}

/// Labels from the middle outwards, as long as there is room between them.
fn labels(scale: &Scale, margin: f64, width: f64) -> Vec<(f64, String)> {
    let mut kept: Vec<(f64, String, f64)> = Vec::new();
    let mut outwards = LABELLED;
    outwards.sort_by(|a, b| a.ln().abs().total_cmp(&b.ln().abs()));
    // No difference and the margin's ends come first: they are what an interval is read against.
    let first = [1.0, 1.0 - margin, 1.0 / (1.0 - margin)];
    for ratio in first.into_iter().chain(outwards) {
        let label = if (ratio - 1.0).abs() < 1e-9 {
            "no difference".to_owned()
        } else {
            format::change(ratio).replace(".0%", "%")
        };
        let (x, half) = (scale.at(ratio.ln()), Mark::text_width(&label) / 2.0);
        let on_axis = x > 14.5 && x < width - 14.5 && x - half >= 0.0 && x + half <= width;
        let free = |(other, _, other_half): &(f64, String, f64)| {
            (x - other).abs() > half + other_half + 10.0
        };
        if on_axis && kept.iter().all(free) {
            kept.push((x, label, half));
        }
    }
    kept.sort_by(|a, b| a.0.total_cmp(&b.0));
    kept.into_iter().map(|(x, label, _)| (x, label)).collect()
}

#[cfg(test)]
mod tests {
    use greenroom_core::results::Answer;

    use super::*;
    use crate::chart::geometry::{assert_inside, of_class};

    fn decision(lo: f64, ratio: f64, hi: f64) -> Decision {
        Decision {
            answer: Answer::Inconclusive,
            sentence: String::new(),
            pairs: 12,
            ratio: Some(ratio),
            interval: Some(Interval { lo, hi }),
            median_ratio: None,
            median_ratio_interval: None,
            shift_ms: None,
            restricted_mean: false,
            more_pairs: None,
        }
    }

    fn span(mark: &Mark) -> (f64, f64) {
        match mark {
            Mark::Line { x1, x2, .. } => (*x1, *x2),
            Mark::Rect { x, width, .. } => (*x, x + width),
            other => panic!("{other:?} has no span"),
        }
    }

    #[test]
    fn every_mark_is_inside_however_wide_the_interval() {
        for (lo, ratio, hi) in [
            (0.939, 1.008, 1.071),
            (0.6, 0.69, 0.77),
            (1e-6, 1.0, 1e6),
            (0.0, 0.5, f64::INFINITY),
            (0.999, 1.0, 1.001),
        ] {
            for frame in [Frame::Wide, Frame::Narrow] {
                let picture = picture(&decision(lo, ratio, hi), 0.1, 0.05, frame).unwrap();
                assert_inside(&picture);
            }
            assert_inside(&thumbnail(&decision(lo, ratio, hi), 0.1, 0.3).unwrap());
        }
    }

    #[test]
    fn an_interval_within_the_margin_is_drawn_within_it() {
        let picture = picture(&decision(0.95, 1.0, 1.05), 0.1, 0.05, Frame::Wide).unwrap();
        let margin = span(of_class(&picture, "margin")[0]);
        let interval = span(of_class(&picture, "interval")[0]);
        assert!(margin.0 < interval.0 && interval.1 < margin.1);
    }

    #[test]
    fn a_faster_candidate_is_drawn_left_of_the_margin() {
        let picture = picture(&decision(0.6, 0.69, 0.77), 0.1, 0.05, Frame::Wide).unwrap();
        let margin = span(of_class(&picture, "margin")[0]);
        let interval = span(of_class(&picture, "interval")[0]);
        assert!(interval.1 < margin.0);
    }

    #[test]
    fn an_end_beyond_the_axis_is_an_arrow() {
        let beyond = thumbnail(&decision(0.01, 1.0, 1.1), 0.1, 0.3).unwrap();
        assert_eq!(of_class(&beyond, "interval-arrow").len(), 1);
        let within = thumbnail(&decision(0.9, 1.0, 1.1), 0.1, 0.3).unwrap();
        assert_eq!(of_class(&within, "interval-arrow").len(), 0);
    }

    #[test]
    fn without_an_interval_there_is_no_picture() {
        let mut undecided = decision(0.9, 1.0, 1.1);
        undecided.interval = None;
        assert_eq!(picture(&undecided, 0.1, 0.05, Frame::Wide), None);
    }
}
