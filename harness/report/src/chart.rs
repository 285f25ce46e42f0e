//! Pictures as lists of marks: pure geometry, written as SVG by the template.
//!
//! Invariant: every mark lies inside its picture's view box. No colour is chosen here: a mark
//! has a class, and the style sheet gives it a colour for light, dark and paper.

pub(crate) mod distribution;
pub(crate) mod interval;
pub(crate) mod phases;
pub(crate) mod scale;
pub(crate) mod series;
pub(crate) mod timeline;

use serde::Serialize;

/// A picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Picture {
    /// What it is, in a line.
    pub(crate) title: String,
    /// What it shows, for those who do not see it.
    pub(crate) description: String,
    /// Width of the view box, in CSS pixels.
    pub(crate) width: f64,
    /// Height of the view box, in CSS pixels.
    pub(crate) height: f64,
    /// What is drawn, the lowest first.
    pub(crate) marks: Vec<Mark>,
}

/// The same picture for wide and for narrow windows: text in a picture that shrinks with the
/// window would not be legible on a phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// From [`Frame::Wide`].
    pub(crate) wide: Picture,
    /// From [`Frame::Narrow`].
    pub(crate) narrow: Picture,
}

impl Figure {
    /// Draws both; `None` where there is nothing to draw.
    pub(crate) fn draw(picture: impl Fn(Frame) -> Option<Picture>) -> Option<Self> {
        Some(Self {
            wide: picture(Frame::Wide)?,
            narrow: picture(Frame::Narrow)?,
        })
    }
}

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A desktop window or paper.
    Wide,
    /// A phone, from 360 CSS pixels.
    Narrow,
}

impl Frame {
    /// Width of a picture, in CSS pixels.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 328.0,
        }
    }

    /// About how many tick labels fit on an axis.
    pub(crate) fn ticks(self) -> usize {
        match self {
            Self::Wide => 8,
            Self::Narrow => 4,
        }
    }
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub(crate) enum Mark {
    /// A rectangle.
    Rect {
        /// Style class.
        class: &'static str,
        /// Left edge.
        x: f64,
        /// Upper edge.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
    },
    /// A straight line.
    Line {
        /// Style class.
        class: &'static str,
        /// Where it begins.
        x1: f64,
        /// Where it begins.
        y1: f64,
        /// Where it ends.
        x2: f64,
        /// Where it ends.
        y2: f64,
    },
    /// Many round dots of one size: one element for all of them.
    Dots {
        /// Style class.
        class: &'static str,
        /// Radius.
        radius: f64,
        /// Centres.
        points: Vec<(f64, f64)>,
    },
    /// A polygon.
    Polygon {
        /// Style class.
        class: &'static str,
        /// Corners.
        points: Vec<(f64, f64)>,
    },
    /// A line through several points.
    Polyline {
        /// Style class.
        class: &'static str,
        /// The points, in order.
        points: Vec<(f64, f64)>,
    },
    /// A line of text.
    Text {
        /// Style class.
        class: &'static str,
        /// Where it is anchored.
        x: f64,
        /// Its base line.
        y: f64,
        /// `start`, `middle` or `end`.
        anchor: &'static str,
        /// The text; not escaped.
        text: String,
    },
}

impl Mark {
    /// A rectangle with its corners rounded to a tenth of a pixel.
    pub(crate) fn rect(class: &'static str, x: f64, y: f64, width: f64, height: f64) -> Self {
        Self::Rect {
            class,
            x: tenth(x),
            y: tenth(y),
            width: tenth(width.max(0.0)),
            height: tenth(height.max(0.0)),
        }
    }

    /// A line from one point to another.
    pub(crate) fn line(class: &'static str, from: (f64, f64), to: (f64, f64)) -> Self {
        Self::Line {
            class,
            x1: tenth(from.0),
            y1: tenth(from.1),
            x2: tenth(to.0),
            y2: tenth(to.1),
        }
    }

    /// Dots.
    pub(crate) fn dots(class: &'static str, radius: f64, points: Vec<(f64, f64)>) -> Self {
        Self::Dots {
            class,
            radius,
            points: points
                .into_iter()
                .map(|(x, y)| (tenth(x), tenth(y)))
                .collect(),
        }
    }

    /// A polygon.
    pub(crate) fn polygon(class: &'static str, points: &[(f64, f64)]) -> Self {
        Self::Polygon {
            class,
            points: points.iter().map(|&(x, y)| (tenth(x), tenth(y))).collect(),
        }
    }

    /// A line through several points.
    pub(crate) fn polyline(class: &'static str, points: &[(f64, f64)]) -> Self {
        Self::Polyline {
            class,
            points: points.iter().map(|&(x, y)| (tenth(x), tenth(y))).collect(),
        }
    }

    /// A text that begins (`start`), stands (`middle`) or ends (`end`) at a point.
    pub(crate) fn text(
        class: &'static str,
        at: (f64, f64),
        anchor: &'static str,
        text: impl Into<String>,
    ) -> Self {
        Self::Text {
            class,
            x: tenth(at.0),
            y: tenth(at.1),
            anchor,
            text: text.into(),
        }
    }

    /// About how wide a text of this many characters is at the size of tick labels.
    pub(crate) fn text_width(text: &str) -> f64 {
        // 12 px system fonts average 6.2 px a character, digits 6.7.
        f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX)) * 6.7
    }
}

/// A tenth of a pixel is finer than any screen shows, and keeps the file small.
fn tenth(pixels: f64) -> f64 {
    let rounded = (pixels * 10.0).round() / 10.0;
    // No negative zero, and nothing that is not a number reaches the markup.
    if rounded.is_finite() && rounded != 0.0 {
        rounded
    } else {
        0.0
    }
}

#[cfg(test)]
pub(crate) mod geometry {
    //! What every picture must keep to.

    use super::{Mark, Picture};

    /// Fails unless every mark lies inside the view box.
    pub(crate) fn assert_inside(picture: &Picture) {
        for mark in &picture.marks {
            for (x, y) in corners(mark) {
                assert!(
                    x >= 0.0 && x <= picture.width && y >= 0.0 && y <= picture.height,
                    "({x}, {y}) of {mark:?} is outside {} x {}",
                    picture.width,
                    picture.height
                );
            }
        }
    }

    /// All marks of a class.
    pub(crate) fn of_class<'a>(picture: &'a Picture, wanted: &str) -> Vec<&'a Mark> {
        let class_of = |mark: &Mark| match mark {
            Mark::Rect { class, .. }
            | Mark::Line { class, .. }
            | Mark::Dots { class, .. }
            | Mark::Polygon { class, .. }
            | Mark::Polyline { class, .. }
            | Mark::Text { class, .. } => *class,
        };
        picture
            .marks
            .iter()
            .filter(|mark| class_of(mark) == wanted)
            .collect()
    }

    fn corners(mark: &Mark) -> Vec<(f64, f64)> {
        match mark {
            Mark::Rect {
                x,
                y,
                width,
                height,
                ..
            } => vec![(*x, *y), (x + width, y + height)],
            Mark::Line { x1, y1, x2, y2, .. } => vec![(*x1, *y1), (*x2, *y2)],
            Mark::Dots { radius, points, .. } => points
                .iter()
                .flat_map(|(x, y)| [(x - radius, y - radius), (x + radius, y + radius)])
                .collect(),
            Mark::Polygon { points, .. } | Mark::Polyline { points, .. } => points.clone(),
            Mark::Text {
                x, y, anchor, text, ..
            } => {
                let width = Mark::text_width(text);
                let left = match *anchor {
                    "start" => *x,
                    "middle" => x - width / 2.0,
                    _ => x - width,
                };
                vec![(left, y - 9.0), (left + width, y + 3.0)]
            }
        }
    }
}
