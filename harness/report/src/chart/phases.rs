//! Where the time goes: the phases of both arms as stacked bars on one axis.
//!
//! A phase has the same number and class in the bars and in the table beside them, so that no
//! reader has to tell the colours apart.

use super::{Frame, Mark, Picture, scale::Scale};
use crate::format;

const LABEL: f64 = 20.0;
const BAR: f64 = 26.0;
const GAP: f64 = 14.0;
/// Half a tick label.
const LEFT: f64 = 4.0;

/// Style classes of the phases, in turn.
pub(crate) const CLASSES: [&str; 8] = [
    "phase p1", "phase p2", "phase p3", "phase p4", "phase p5", "phase p6", "phase p7", "phase p8",
];

/// The style class of the phase with this number, from 1.
pub(crate) fn class(number: usize) -> &'static str {
    CLASSES[number.saturating_sub(1) % CLASSES.len()]
}

/// The bar of one arm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// The arm's name and side.
    pub(crate) label: String,
    /// Number from 1 and median, ms, of each of its phases, in order.
    pub(crate) stretches: Vec<(usize, f64)>,
}

impl Bar {
    fn total(&self) -> f64 {
        self.stretches.iter().map(|(_, ms)| *ms).sum()
    }
}

/// The bars under each other; `None` if there is nothing to show.
pub(crate) fn picture(bars: &[Bar], frame: Frame) -> Option<Picture> {
    let width = frame.width();
    let longest = bars.iter().map(Bar::total).fold(0.0, f64::max);
    if !(longest > 0.0 && longest.is_finite()) {
        return None;
    }
    let scale = Scale::linear((0.0, longest), (LEFT, width - 28.0));
    let bottom = rows(bars.len());
    let mut marks = vec![Mark::line("axis", (LEFT, bottom), (width - 28.0, bottom))];
    for tick in scale.ticks(frame.ticks()) {
        let label = format::tick(tick);
        let x = scale.at(tick);
        for row in 0..bars.len() {
            let top = rows(row) + LABEL;
            marks.push(Mark::line("grid", (x, top - 2.0), (x, top + BAR + 2.0)));
        }
        let half = Mark::text_width(&label) / 2.0;
        if x + half <= width {
            marks.push(Mark::text("tick", (x, bottom + 18.0), "middle", label));
        }
    }
    for (row, bar) in bars.iter().enumerate() {
        let top = rows(row);
        let label = format!("{}, {}", bar.label, format::time(bar.total()));
        marks.push(Mark::text("label", (0.0, top + 14.0), "start", label));
        let mut reached = 0.0;
        for &(number, ms) in &bar.stretches {
            let (from, to) = (scale.at(reached), scale.at(reached + ms));
            reached += ms;
            marks.push(Mark::rect(class(number), from, top + LABEL, to - from, BAR));
            if to - from >= 14.0 {
                let middle = (f64::midpoint(from, to), top + LABEL + BAR / 2.0 + 4.5);
                marks.push(Mark::text("number", middle, "middle", number.to_string()));
            }
        }
    }
    Some(Picture {
        title: "Where the time goes".to_owned(),
        description: "Medians of the phases until the SDK is ready, one bar for each arm; \
                      the table that follows has the figures."
            .to_owned(),
        width,
        height: bottom + 26.0,
        marks,
    })
}

/// Height of this many rows.
fn rows(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)) * (LABEL + BAR + GAP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::geometry::{assert_inside, of_class};

    fn bars() -> Vec<Bar> {
        vec![
            Bar {
                label: "inline (baseline)".to_owned(),
                stretches: vec![(1, 4.0), (5, 246.0)],
            },
            Bar {
                label: "cdn (candidate)".to_owned(),
                stretches: vec![(1, 4.0), (2, 12.0), (3, 9.0), (4, 31.0), (5, 196.0)],
            },
        ]
    }

    #[test]
    fn every_mark_is_inside() {
        for frame in [Frame::Wide, Frame::Narrow] {
            assert_inside(&picture(&bars(), frame).unwrap());
        }
    }

    #[test]
    fn phases_follow_each_other_without_a_gap() {
        let picture = picture(&bars()[1..], Frame::Wide).unwrap();
        let spans: Vec<(f64, f64)> = (1..=5)
            .map(|number| match of_class(&picture, class(number))[..] {
                [Mark::Rect { x, width, .. }] => (*x, x + width),
                ref other => panic!("one bar expected, {other:?} found"),
            })
            .collect();
        for pair in spans.windows(2) {
            assert!((pair[0].1 - pair[1].0).abs() < 0.21, "{spans:?}");
        }
    }

    #[test]
    fn a_phase_keeps_its_class_in_both_arms() {
        let picture = picture(&bars(), Frame::Wide).unwrap();
        assert_eq!(of_class(&picture, class(5)).len(), 2);
        assert_eq!(of_class(&picture, class(2)).len(), 1);
    }

    #[test]
    fn nothing_measured_is_no_picture() {
        let mut none = bars();
        for bar in &mut none {
            bar.stretches.clear();
        }
        assert_eq!(picture(&none, Frame::Wide), None);
        none[0].stretches = vec![(1, f64::NAN)];
        assert_eq!(picture(&none, Frame::Wide), None);
    }
}
