//! The distributions of both arms on one axis: each load a dot, the quartiles a box, what never
//! got so far at an edge of its own; beyond 300 loads an arm, a histogram instead of dots.

use super::{Frame, Mark, Picture, scale::Scale};
use crate::format;
use greenroom_core::results::Quantile;

/// Above this many loads in an arm dots would be a blot.
const DOTS_AT_MOST: usize = 300;

const LABEL: f64 = 20.0;
const BAND: f64 = 58.0;
const GAP: f64 = 14.0;
const AXIS: f64 = 26.0;

/// The loads of one arm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Style class of the arm.
    pub(crate) class: &'static str,
    /// Its name and side.
    pub(crate) label: String,
    /// What is compared of each load, ms; `None` where it never came.
    pub(crate) times: Vec<Option<f64>>,
    /// Median as the tables say it.
    pub(crate) median: Option<Quantile>,
    /// 75th percentile as the tables say it: the right edge of the box.
    pub(crate) upper: Option<Quantile>,
}

impl Row {
    /// The value below which a quarter of the loads lies, by linear interpolation between order
    /// statistics; `None` where it touches a load that never got so far.
    fn lower(&self) -> Option<f64> {
        let mut sorted: Vec<f64> = self
            .times
            .iter()
            .map(|time| time.unwrap_or(f64::INFINITY))
            .collect();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let (below, quarters) = (last / 4, [0.0, 0.25, 0.5, 0.75][last % 4]);
        let value = if quarters > 0.0 {
            sorted[below] + quarters * (sorted[below + 1] - sorted[below])
        } else {
            sorted[below]
        };
        value.is_finite().then_some(value)
    }

    fn never(&self) -> usize {
        self.times.iter().filter(|time| time.is_none()).count()
    }
}

/// Where things stand in a picture.
struct Layout {
    scale: Scale,
    /// Right end of the axis.
    right: f64,
    /// Middle of the edge for loads that never got so far, where there is one.
    edge: Option<f64>,
    frame: Frame,
}

impl Layout {
    fn at(&self, time: Option<f64>) -> f64 {
        time.map_or_else(|| self.edge.unwrap_or(self.right), |ms| self.scale.at(ms))
    }

    fn quantile(&self, quantile: Option<Quantile>) -> Option<f64> {
        match quantile? {
            Quantile::Value(ms) if ms.is_finite() => Some(self.at(Some(ms))),
            Quantile::Value(_) => None,
            Quantile::Above(_) => Some(self.at(None)),
        }
    }
}

/// Both arms under each other, with the time `until` something; `None` if no load got so far.
pub(crate) fn picture(rows: &[Row], until: &str, timeout_ms: f64, frame: Frame) -> Option<Picture> {
    let width = frame.width();
    let with_edge = rows.iter().any(|row| row.never() > 0);
    let right = if with_edge {
        width - 84.0
    } else {
        width - 18.0
    };
    let times = rows
        .iter()
        .flat_map(|row| row.times.iter().copied().flatten());
    let layout = Layout {
        scale: Scale::around(times, (18.0, right))?,
        right,
        edge: with_edge.then_some(width - 36.0),
        frame,
    };
    let binned = rows.iter().any(|row| row.times.len() > DOTS_AT_MOST);

    let mut marks = axis(&layout, rows.len(), timeout_ms, width);
    let bins = binned.then(|| Bins::of(rows, &layout));
    for (index, row) in rows.iter().enumerate() {
        let top = height(index);
        marks.push(Mark::text(
            "label",
            (0.0, top + 14.0),
            "start",
            row.label.clone(),
        ));
        let band = top + LABEL;
        marks.extend(quartiles(row, &layout, band));
        match &bins {
            Some(bins) => marks.extend(bins.bars(index, row.class, band)),
            None => marks.extend(swarm(row, &layout, band)),
        }
        if let (Some(edge), never @ 1..) = (layout.edge, row.never()) {
            let text = format!("{never} of {}", row.times.len());
            marks.push(Mark::text("tick", (edge, top + 14.0), "middle", text));
        }
        if let Some(x) = layout.quantile(row.median) {
            marks.push(Mark::line(
                "median",
                (x, band - 2.0),
                (x, band + BAND + 2.0),
            ));
        }
    }
    Some(Picture {
        title: format!("Distribution of the time until {until}"),
        description: describe(rows),
        width,
        height: height(rows.len())
            + if layout.scale.is_logarithmic() {
                2.0
            } else {
                1.0
            } * AXIS,
        marks,
    })
}

fn axis(layout: &Layout, rows: usize, timeout_ms: f64, width: f64) -> Vec<Mark> {
    let bottom = height(rows);
    let mut marks = vec![Mark::line("axis", (18.0, bottom), (layout.right, bottom))];
    // A label may not run into the one of the edge.
    let limit = layout.edge.map_or(width, |edge| edge - 34.0);
    for tick in layout.scale.ticks(layout.frame.ticks()) {
        let label = format::tick(tick);
        let x = layout.scale.at(tick);
        for row in 0..rows {
            let band = height(row) + LABEL;
            marks.push(Mark::line("grid", (x, band), (x, band + BAND)));
        }
        let half = Mark::text_width(&label) / 2.0;
        if x - half >= 0.0 && x + half <= limit {
            marks.push(Mark::text("tick", (x, bottom + 18.0), "middle", label));
        }
    }
    if layout.scale.is_logarithmic() {
        let middle = f64::midpoint(18.0, layout.right);
        marks.push(Mark::text(
            "tick",
            (middle, bottom + 40.0),
            "middle",
            "logarithmic axis",
        ));
    }
    if let Some(edge) = layout.edge {
        let left = layout.right + 16.0;
        marks.push(Mark::rect(
            "edge",
            left,
            LABEL,
            width - left - 2.0,
            bottom - LABEL,
        ));
        let label = format!("> {}", format::time(timeout_ms));
        marks.push(Mark::text("tick", (edge, bottom + 18.0), "middle", label));
    }
    marks
}

fn quartiles(row: &Row, layout: &Layout, band: f64) -> Vec<Mark> {
    // Of fewer loads a middle half says nothing.
    let (4.., Some(to)) = (row.times.len(), layout.quantile(row.upper)) else {
        return Vec::new();
    };
    let from = layout.at(row.lower());
    vec![Mark::rect("quartiles", from, band, to - from, BAND)]
}

/// Height of this many rows.
fn height(rows: usize) -> f64 {
    f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) * (LABEL + BAND + GAP)
}

/// Dots around the band's middle, pushed aside where they would hide each other.
fn swarm(row: &Row, layout: &Layout, band: f64) -> Vec<Mark> {
    let radius = match layout.frame {
        Frame::Wide => 3.5,
        Frame::Narrow => 2.8,
    };
    let mut places: Vec<f64> = row.times.iter().map(|time| layout.at(*time)).collect();
    places.sort_by(f64::total_cmp);
    let reach = BAND / 2.0 - radius;
    let mut points = Vec::with_capacity(places.len());
    let mut rest = places.as_slice();
    while let Some(&first) = rest.first() {
        // At least one, so that this ends whatever the numbers are.
        let together = rest.partition_point(|x| *x < first + radius * 1.6).max(1);
        let (column, others) = rest.split_at(together);
        let steps = f64::from(u32::try_from(column.len() / 2).unwrap_or(1).max(1));
        let step = (radius * 2.0).min(reach / steps);
        for (index, &x) in (0_u32..).zip(column) {
            // 0, +1, -1, +2, -2, ... steps from the middle.
            let side = if index % 2 == 1 { 1.0 } else { -1.0 };
            let aside = side * f64::from(index.div_ceil(2)) * step;
            points.push((x, band + BAND / 2.0 + aside));
        }
        rest = others;
    }
    vec![Mark::dots(row.class, radius, points)]
}

/// Shares of the loads in stretches of the axis that are equally wide on it.
struct Bins {
    lefts: Vec<f64>,
    width: f64,
    /// Of each row, the share in each bin; the last one is the edge.
    shares: Vec<Vec<f64>>,
    tallest: f64,
}

impl Bins {
    fn of(rows: &[Row], layout: &Layout) -> Self {
        let number = match layout.frame {
            Frame::Wide => 72_u32,
            Frame::Narrow => 36,
        };
        let left = layout.scale.at(f64::MIN);
        let width = (layout.right - left) / f64::from(number);
        let mut lefts: Vec<f64> = (0..number)
            .map(|bin| left + f64::from(bin) * width)
            .collect();
        lefts.push(layout.at(None) - width / 2.0);
        let shares: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| {
                let one = 1.0 / f64::from(u32::try_from(row.times.len().max(1)).unwrap_or(1));
                let mut shares = vec![0.0; lefts.len()];
                for time in &row.times {
                    let bin = time.map_or(lefts.len() - 1, |ms| {
                        let x = layout.scale.at(ms);
                        lefts[..lefts.len() - 1]
                            .partition_point(|left| *left <= x)
                            .saturating_sub(1)
                    });
                    shares[bin] += one;
                }
                shares
            })
            .collect();
        let tallest = shares.iter().flatten().copied().fold(0.0, f64::max);
        Self {
            lefts,
            width,
            shares,
            tallest,
        }
    }

    fn bars(&self, row: usize, class: &'static str, band: f64) -> Vec<Mark> {
        self.lefts
            .iter()
            .zip(&self.shares[row])
            .filter(|(_, share)| **share > 0.0)
            .map(|(left, share)| {
                let height = (share / self.tallest * BAND).max(1.0);
                Mark::rect(class, *left, band + BAND - height, self.width - 0.5, height)
            })
            .collect()
    }
}

fn describe(rows: &[Row]) -> String {
    let said: Vec<_> = rows
        .iter()
        .map(|row| {
            let spread = row.lower().map_or_else(String::new, |from| {
                format!(
                    ", middle half {} to {}",
                    format::time(from),
                    format::quantile(row.upper)
                )
            });
            let median = format::quantile(row.median);
            format!(
                "{}: {} loads, median {median}{spread}, {} never got so far",
                row.label,
                row.times.len(),
                row.never(),
            )
        })
        .collect();
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::geometry::{assert_inside, of_class};

    const UNTIL: &str = "the SDK is ready";

    fn row(class: &'static str, times: Vec<Option<f64>>) -> Row {
        Row {
            class,
            label: format!("{class} arm"),
            median: times.first().copied().flatten().map(Quantile::Value),
            upper: Some(Quantile::Above(75_000.0)),
            times,
        }
    }

    fn spread(number: u32) -> Vec<Option<f64>> {
        (0..number)
            .map(|n| Some(200.0 + (f64::from(n) * 0.618).fract() * 90.0))
            .collect()
    }

    fn points<'a>(picture: &'a Picture, class: &str) -> &'a [(f64, f64)] {
        match of_class(picture, class)[..] {
            [Mark::Dots { points, .. }] => points,
            ref other => panic!("one set of dots expected, {other:?} found"),
        }
    }

    #[test]
    fn every_mark_is_inside() {
        let mut late = spread(12);
        late.extend([None, Some(31_400.0), None]);
        for arms in [
            [spread(31), spread(30)],
            [spread(300), late.clone()],
            [vec![Some(250.0); 40], vec![None; 40]],
            [spread(5_000), late],
            [vec![Some(0.4)], Vec::new()],
        ] {
            let [a, b] = arms;
            for frame in [Frame::Wide, Frame::Narrow] {
                let rows = [row("baseline", a.clone()), row("candidate", b.clone())];
                assert_inside(&picture(&rows, UNTIL, 75_000.0, frame).unwrap());
            }
        }
    }

    #[test]
    fn every_load_is_a_dot_and_a_slower_one_stands_further_right() {
        let rows = [row(
            "baseline",
            vec![Some(300.0), Some(100.0), None, Some(200.0)],
        )];
        let picture = picture(&rows, UNTIL, 75_000.0, Frame::Wide).unwrap();
        let xs: Vec<f64> = points(&picture, "baseline").iter().map(|p| p.0).collect();
        assert_eq!(xs.len(), 4);
        assert!(xs.is_sorted_by(|a, b| a < b), "{xs:?}");
        let Mark::Rect { x: edge, .. } = of_class(&picture, "edge")[0] else {
            panic!("the edge is a rectangle")
        };
        assert!(
            xs[2] < *edge && xs[3] > *edge,
            "only the timeout is at the edge"
        );
    }

    #[test]
    fn without_a_timeout_there_is_no_edge() {
        let picture = picture(&[row("baseline", spread(9))], UNTIL, 75_000.0, Frame::Wide).unwrap();
        assert!(of_class(&picture, "edge").is_empty());
    }

    #[test]
    fn the_same_time_stands_at_the_same_place_in_both_arms() {
        let rows = [
            row("baseline", vec![Some(100.0), Some(250.0)]),
            row("candidate", vec![Some(250.0), Some(400.0)]),
        ];
        let picture = picture(&rows, UNTIL, 75_000.0, Frame::Wide).unwrap();
        let (a, b) = (points(&picture, "baseline"), points(&picture, "candidate"));
        assert!((a[1].0 - b[0].0).abs() < 1e-9);
    }

    #[test]
    fn many_loads_become_a_histogram_of_shares() {
        let rows = [row("baseline", spread(301)), row("candidate", spread(20))];
        let picture = picture(&rows, UNTIL, 75_000.0, Frame::Wide).unwrap();
        let bars = of_class(&picture, "baseline");
        assert!(bars.len() > 20 && bars.len() <= 73, "{} bars", bars.len());
        assert!(bars.iter().all(|bar| matches!(bar, Mark::Rect { .. })));
    }

    #[test]
    fn the_lower_quartile_is_between_order_statistics_and_never_beyond_a_timeout() {
        let lower = |times: &[Option<f64>]| row("baseline", times.to_vec()).lower();
        assert_eq!(lower(&[Some(3.0), Some(1.0), None, Some(2.0)]), Some(1.75));
        assert_eq!(lower(&[Some(1.0), None, None, None, Some(2.0)]), Some(2.0));
        assert_eq!(lower(&[Some(1.0), None, None]), None);
        assert_eq!(lower(&[]), None);
    }

    #[test]
    fn the_box_ends_at_the_quantile_of_the_tables() {
        let mut arm = row("baseline", spread(40));
        arm.upper = arm.times[7].map(Quantile::Value);
        let picture = picture(&[arm.clone()], UNTIL, 75_000.0, Frame::Wide).unwrap();
        let Mark::Rect { x, width, .. } = of_class(&picture, "quartiles")[0] else {
            panic!("the box is a rectangle")
        };
        let mut sorted = arm.times.clone();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let place = sorted
            .iter()
            .position(|time| *time == arm.times[7])
            .unwrap();
        assert!((x + width - points(&picture, "baseline")[place].0).abs() < 0.21);
    }

    #[test]
    fn nothing_ready_is_no_picture() {
        assert_eq!(
            picture(&[row("baseline", vec![None])], UNTIL, 1.0, Frame::Wide),
            None
        );
    }
}
