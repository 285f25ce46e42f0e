//! A call in time: a lane for each participant on one axis, the steps as bands behind them.
//!
//! Invariant: no label touches another, and no line from a mark to its label runs through one.
//! What finds no room keeps its mark; the table beside the picture has every event.

use super::{Frame, Mark, Picture, scale::Scale};
use crate::format;

/// Height of a row of labels.
const ROW: f64 = 15.0;
/// Rows of labels above a lane at the most.
const ROWS: usize = 9;
/// Labels of a lane for which room is looked for.
const LABELS: usize = 60;
/// Height of the steps' numbers.
const HEAD: f64 = 20.0;
/// From the top of a lane to its first row of labels: the participant's name stands there.
const NAME: f64 = 20.0;
/// From the lowest row of labels to the lane's line.
const RISE: f64 = 9.0;
/// Below a lane's line.
const GAP: f64 = 18.0;
/// Room left and right of the axis: half a mark.
const SIDE: f64 = 7.0;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    /// As in the table of steps, from 1.
    pub(crate) number: usize,
    /// When it began and was over, ms.
    pub(crate) span: (f64, f64),
    /// Whether it held.
    pub(crate) held: bool,
}

/// One participant's events, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lane {
    /// The participant.
    pub(crate) name: String,
    /// Style class of the lane's line.
    pub(crate) class: &'static str,
    /// What happened.
    pub(crate) events: Vec<Event>,
}

/// A mark on a lane.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// ms.
    pub(crate) at: f64,
    /// In words.
    pub(crate) label: String,
    /// Which mark.
    pub(crate) kind: Kind,
}

/// Kinds of marks, each of a shape of its own. The first ones get their labels first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A cross: something went wrong.
    Trouble,
    /// A diamond: somebody did something.
    Tap,
    /// A triangle: media.
    Media,
    /// A dot: anything else that got somewhere.
    Progress,
}

/// The call; `None` where nothing happened.
pub(crate) fn picture(
    lanes: &[Lane],
    bands: &[Band],
    duration: f64,
    frame: Frame,
) -> Option<Picture> {
    let nothing = lanes.iter().all(|lane| lane.events.is_empty()) && bands.is_empty();
    if nothing || !(duration > 0.0 && duration.is_finite()) {
        return None;
    }
    let width = frame.width();
    let scale = Scale::linear((0.0, duration), (SIDE, width - SIDE));
    let mut lane_marks = Vec::new();
    let mut top = HEAD;
    for lane in lanes {
        let labels = place(lane, &scale, width);
        let rows = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
        let line = top + NAME + rows_high(rows) + RISE;
        draw(lane, &labels, &scale, (top, line, width), &mut lane_marks);
        top = line + GAP;
    }
    let mut marks = drawn_bands(bands, &scale, top);
    marks.push(Mark::line("axis", (SIDE, top), (width - SIDE, top)));
    for tick in scale.ticks(frame.ticks()) {
        let label = format::tick(tick);
        let x = scale.at(tick);
        let half = Mark::text_width(&label) / 2.0;
        marks.push(Mark::line("axis", (x, top), (x, top + 4.0)));
        if x + half <= width && x - half >= 0.0 {
            marks.push(Mark::text("tick", (x, top + 18.0), "middle", label));
        }
    }
    marks.append(&mut lane_marks);
    let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
    Some(Picture {
        title: "The call in time".to_owned(),
        description: format!(
            "{} on one axis of {}, with the steps as numbered bands; the tables that follow \
             have every step and event.",
            names.join(" and "),
            format::time(duration)
        ),
        width,
        height: top + 26.0,
        marks,
    })
}

fn rows_high(rows: usize) -> f64 {
    f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) * ROW
}

fn drawn_bands(bands: &[Band], scale: &Scale, bottom: f64) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut free_from = f64::NEG_INFINITY;
    for (index, band) in bands.iter().enumerate() {
        let (from, to) = (scale.at(band.span.0), scale.at(band.span.1));
        let class = match (band.held, index % 2) {
            (false, _) => "band missed",
            (true, 0) => "band",
            (true, _) => "band other",
        };
        marks.push(Mark::rect(class, from, HEAD, to - from, bottom - HEAD));
        let number = band.number.to_string();
        let half = Mark::text_width(&number) / 2.0;
        let middle = f64::midpoint(from, to).max(half);
        if middle - half >= free_from {
            free_from = middle + half + 2.0;
            let class = if band.held { "tick" } else { "tick missed" };
            marks.push(Mark::text(class, (middle, HEAD - 6.0), "middle", number));
        }
    }
    marks
}

/// A label that has found its place.
#[derive(Clone, Debug, PartialEq)]
struct Label {
    event: usize,
    /// From 0, the lowest.
    row: usize,
    /// Where its mark stands.
    x: f64,
    left: f64,
    right: f64,
}

impl Label {
    /// Whether two labels would touch, or the line of one run through the other.
    fn disturbs(&self, other: &Self) -> bool {
        let over = |x: f64, label: &Self| label.left - 2.0 <= x && x <= label.right + 2.0;
        let touch =
            self.row == other.row && self.left < other.right + 4.0 && other.left < self.right + 4.0;
        touch
            || (self.row > other.row && over(self.x, other))
            || (other.row > self.row && over(other.x, self))
    }
}

/// Finds room for the labels. Those that weigh more are kept first; one that would crowd out
/// another that is kept already is left out.
fn place(lane: &Lane, scale: &Scale, width: f64) -> Vec<Label> {
    let mut order: Vec<usize> = (0..lane.events.len()).collect();
    order.sort_by_key(|&event| lane.events[event].kind);
    let mut kept: Vec<usize> = Vec::new();
    let mut placed = Vec::new();
    for event in order.into_iter().take(LABELS) {
        let mut more = kept.clone();
        more.push(event);
        if let Some(labels) = arrange(&more, lane, scale, width) {
            (kept, placed) = (more, labels);
        }
    }
    placed
}

/// Rows for all of these labels, or `None` where they do not all fit.
///
/// A label stands to the right of its line, or to the left where it would leave the picture. From
/// right to left the former rise out of the way of each other's lines, the latter from left to
/// right.
fn arrange(events: &[usize], lane: &Lane, scale: &Scale, width: f64) -> Option<Vec<Label>> {
    let mut labels: Vec<(bool, Label)> = events
        .iter()
        .map(|&event| {
            let x = scale.at(lane.events[event].at);
            let size = Mark::text_width(&lane.events[event].label);
            let turned = x + 4.0 + size > width;
            let left = if turned { x - 4.0 - size } else { x + 4.0 };
            let label = Label {
                event,
                row: 0,
                x,
                left,
                right: left + size,
            };
            (turned, label)
        })
        .collect();
    labels.sort_by(|(turned, one), (other_turned, other)| {
        let by_place = one.x.total_cmp(&other.x).then(one.event.cmp(&other.event));
        turned.cmp(other_turned).then(if *turned {
            by_place
        } else {
            by_place.reverse()
        })
    });
    let mut placed: Vec<Label> = Vec::new();
    for (_, label) in labels {
        let free = (0..ROWS)
            .map(|row| Label {
                row,
                ..label.clone()
            })
            .find(|label| label.left >= 0.0 && placed.iter().all(|other| !label.disturbs(other)))?;
        placed.push(free);
    }
    Some(placed)
}

fn draw(
    lane: &Lane,
    labels: &[Label],
    scale: &Scale,
    (top, rail, width): (f64, f64, f64),
    marks: &mut Vec<Mark>,
) {
    for label in labels {
        let foot = rail - RISE - rows_high(label.row);
        marks.push(Mark::line(
            "leader",
            (label.x, rail),
            (label.x, foot - ROW + 4.0),
        ));
    }
    marks.push(Mark::line(lane.class, (SIDE, rail), (width - SIDE, rail)));
    marks.push(Mark::text(
        "label",
        (0.0, top + 13.0),
        "start",
        lane.name.clone(),
    ));
    for event in &lane.events {
        let x = scale.at(event.at);
        marks.extend(mark(event.kind, x, rail));
    }
    for label in labels {
        let foot = rail - RISE - rows_high(label.row);
        let event = &lane.events[label.event];
        let class = if event.kind == Kind::Trouble {
            "tick missed"
        } else {
            "tick event"
        };
        marks.push(Mark::text(
            class,
            (label.left, foot - 2.0),
            "start",
            event.label.clone(),
        ));
    }
}

fn mark(kind: Kind, x: f64, y: f64) -> Vec<Mark> {
    match kind {
        Kind::Tap => vec![Mark::polygon(
            "event tap",
            &[(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)],
        )],
        Kind::Media => vec![Mark::polygon(
            "event media",
            &[(x - 5.5, y + 5.0), (x + 5.5, y + 5.0), (x, y - 5.5)],
        )],
        Kind::Progress => vec![Mark::dots("event progress", 4.0, vec![(x, y)])],
        Kind::Trouble => vec![
            Mark::line("event trouble", (x - 5.0, y - 5.0), (x + 5.0, y + 5.0)),
            Mark::line("event trouble", (x - 5.0, y + 5.0), (x + 5.0, y - 5.0)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::geometry::{assert_inside, of_class};

    fn lane(events: &[(f64, &str, Kind)]) -> Lane {
        Lane {
            name: "patient".to_owned(),
            class: "who w1",
            events: events
                .iter()
                .map(|(at, label, kind)| Event {
                    at: *at,
                    label: (*label).to_owned(),
                    kind: *kind,
                })
                .collect(),
        }
    }

    /// As close together as a join brings them.
    fn joined() -> Lane {
        lane(&[
            (100.0, "page opened", Kind::Progress),
            (430.0, "SDK ready", Kind::Progress),
            (500.0, "tap: join", Kind::Tap),
            (700.0, "join answered", Kind::Progress),
            (1_300.0, "joined", Kind::Progress),
            (1_400.0, "first remote audio", Kind::Media),
            (1_650.0, "first remote frame", Kind::Media),
            (9_800.0, "JOIN_ERROR: 403", Kind::Trouble),
            (10_000.0, "call ended", Kind::Progress),
        ])
    }

    fn bands() -> Vec<Band> {
        [
            (0.0, 1_000.0, true),
            (1_000.0, 1_010.0, true),
            (1_010.0, 9_000.0, false),
        ]
        .into_iter()
        .zip(1..)
        .map(|((from, to, held), number)| Band {
            number,
            span: (from, to),
            held,
        })
        .collect()
    }

    #[test]
    fn every_mark_is_inside() {
        for frame in [Frame::Wide, Frame::Narrow] {
            let drawn = picture(&[joined(), joined()], &bands(), 10_000.0, frame).unwrap();
            assert_inside(&drawn);
        }
    }

    #[test]
    fn labels_and_their_lines_keep_clear_of_each_other() {
        for width in [328.0, 760.0] {
            let scale = Scale::linear((0.0, 10_000.0), (SIDE, width - SIDE));
            let labels = place(&joined(), &scale, width);
            assert!(labels.len() >= 7, "{} of 9 at {width}", labels.len());
            for (index, label) in labels.iter().enumerate() {
                assert!(label.left >= 0.0 && label.right <= width + 0.01);
                for other in &labels[..index] {
                    assert!(!label.disturbs(other), "{label:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn what_finds_no_room_keeps_its_mark_and_trouble_has_room_first() {
        let crowd: Vec<(f64, &str, Kind)> = (0..40_u32)
            .map(|at| (f64::from(at), "something of note", Kind::Progress))
            .chain([(20.5, "trouble", Kind::Trouble)])
            .collect();
        let drawn = picture(&[lane(&crowd)], &[], 1_000.0, Frame::Narrow).unwrap();
        assert_eq!(of_class(&drawn, "event progress").len(), 40);
        assert_eq!(of_class(&drawn, "tick missed").len(), 1);
        assert!(of_class(&drawn, "tick event").len() < 10);
    }

    #[test]
    fn each_step_is_a_band_and_narrow_ones_share_no_number() {
        let drawn = picture(&[joined()], &bands(), 10_000.0, Frame::Wide).unwrap();
        assert_eq!(of_class(&drawn, "band").len(), 1);
        assert_eq!(of_class(&drawn, "band other").len(), 1);
        assert_eq!(of_class(&drawn, "band missed").len(), 1);
    }

    #[test]
    fn nothing_that_happened_is_no_picture() {
        assert_eq!(picture(&[lane(&[])], &[], 10.0, Frame::Wide), None);
        assert_eq!(picture(&[joined()], &[], f64::NAN, Frame::Wide), None);
        assert_eq!(picture(&[joined()], &[], 0.0, Frame::Wide), None);
    }
}
