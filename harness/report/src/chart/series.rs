//! One statistic over time, a line for each participant.
//!
//! Invariant: a line is broken where there is no value; nothing is drawn between two values
//! that do not follow each other.

use super::{Frame, Mark, Picture, scale::Scale};
use crate::format;

const TOP: f64 = 8.0;
const HEIGHT: f64 = 120.0;
const RIGHT: f64 = 8.0;

/// One participant's values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// Style class.
    pub(crate) class: &'static str,
    /// Time, ms, and value; `None` breaks the line.
    pub(crate) points: Vec<(f64, Option<f64>)>,
}

/// The lines on one axis of this many ms; `None` without a value.
pub(crate) fn picture(title: &str, unit: &str, lines: &[Line], duration: f64) -> Option<Picture> {
    let highest = values(lines).fold(f64::NEG_INFINITY, f64::max);
    if !(highest.is_finite() && duration > 0.0 && duration.is_finite()) {
        return None;
    }
    let width = Frame::Narrow.width();
    let bottom = TOP + HEIGHT;
    let up = Scale::linear(
        (0.0, if highest > 0.0 { highest * 1.08 } else { 1.0 }),
        (bottom, TOP),
    );
    let ticks: Vec<(f64, String)> = up
        .ticks(3)
        .into_iter()
        .map(|tick| (up.at(tick), format::number(tick, 2)))
        .collect();
    let widest = ticks
        .iter()
        .map(|(_, label)| Mark::text_width(label))
        .fold(0.0, f64::max);
    let left = widest + 8.0;
    let along = Scale::linear((0.0, duration), (left, width - RIGHT));
    let mut marks = Vec::new();
    for (y, label) in ticks {
        marks.push(Mark::line("grid", (left, y), (width - RIGHT, y)));
        marks.push(Mark::text("tick", (left - 6.0, y + 4.0), "end", label));
    }
    marks.push(Mark::line("axis", (left, bottom), (width - RIGHT, bottom)));
    for tick in along.ticks(4) {
        let label = format::tick(tick);
        let x = along.at(tick);
        let half = Mark::text_width(&label) / 2.0;
        if x + half <= width {
            marks.push(Mark::text("tick", (x, bottom + 17.0), "middle", label));
        }
    }
    for line in lines {
        for run in runs(&line.points) {
            let points: Vec<(f64, f64)> = run
                .iter()
                .map(|&(at, value)| (along.at(at), up.at(value)))
                .collect();
            marks.push(match points[..] {
                [point] => Mark::dots(line.class, 2.5, vec![point]),
                _ => Mark::polyline(line.class, &points),
            });
        }
    }
    Some(Picture {
        title: title.to_owned(),
        description: format!(
            "{title} in {unit} over {}, a line for each participant; the table that follows has \
             the medians and extremes.",
            format::time(duration)
        ),
        width,
        height: bottom + 24.0,
        marks,
    })
}

fn values(lines: &[Line]) -> impl Iterator<Item = f64> {
    lines
        .iter()
        .flat_map(|line| &line.points)
        .filter_map(|(_, value)| value.filter(|value| value.is_finite()))
}

/// Stretches of values that follow each other.
fn runs(points: &[(f64, Option<f64>)]) -> Vec<Vec<(f64, f64)>> {
    points
        .split(|(at, value)| !(at.is_finite() && value.is_some_and(f64::is_finite)))
        .map(|run| {
            run.iter()
                .filter_map(|&(at, value)| Some((at, value?)))
                .collect()
        })
        .filter(|run: &Vec<_>| !run.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::geometry::{assert_inside, of_class};

    fn line(values: &[Option<f64>]) -> Line {
        Line {
            class: "who w1",
            points: values
                .iter()
                .zip(0_u32..)
                .map(|(value, at)| (f64::from(at) * 1_000.0, *value))
                .collect(),
        }
    }

    #[test]
    fn a_line_is_broken_where_there_is_no_value() {
        let lines = [line(&[
            Some(1.0),
            Some(2.0),
            None,
            Some(3.0),
            Some(f64::NAN),
            Some(4.0),
            Some(9.0),
        ])];
        let drawn = picture("Jitter", "ms", &lines, 7_000.0).unwrap();
        let all = of_class(&drawn, "who w1");
        assert_eq!(all.len(), 3);
        assert_eq!(
            all.iter()
                .filter(|mark| matches!(mark, Mark::Dots { .. }))
                .count(),
            1
        );
        assert_inside(&drawn);
    }

    #[test]
    fn a_statistic_that_stays_at_zero_is_a_picture_and_none_is_not() {
        let drawn = picture(
            "Packets lost",
            "packets",
            &[line(&[Some(0.0), Some(0.0)])],
            2_000.0,
        );
        assert_inside(&drawn.unwrap());
        assert_eq!(picture("x", "y", &[line(&[None])], 2_000.0), None);
        assert_eq!(picture("x", "y", &[], 2_000.0), None);
        assert_eq!(picture("x", "y", &[line(&[Some(1.0)])], 0.0), None);
    }
}
