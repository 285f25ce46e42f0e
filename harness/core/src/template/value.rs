//! Values of a template with the place that a finding points at.

use greenroom_cloudformation::{Node, Place, Value};

/// A value. Its place is that of its key, so that a finding about a mapping points at its name and
/// not into it; an element of a list stands where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// Where it stands.
    pub(super) place: Place,
    /// What it is.
    pub(super) node: &'a Node,
}

impl<'a> At<'a> {
    pub(super) fn new(place: Place, node: &'a Node) -> Self {
        Self { place, node }
    }

    /// The value under a key. One that is null is as good as absent.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.entries()
            .find(|(name, _)| *name == key)
            .map(|(_, at)| at)
    }

    /// The value under a path of keys.
    pub(super) fn path(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |at, key| at.get(key))
    }

    /// The entries of a mapping.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.node
            .entries()
            .iter()
            .filter(|(_, node)| node.value != Value::Null)
            .map(|(key, node)| (key.text.as_str(), Self::new(key.place, node)))
    }

    /// The elements of a list, or the value itself where a property takes one or several.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let own = self.place;
        let single = !matches!(self.node.value, Value::List(_));
        self.node
            .items()
            .iter()
            .map(move |node| Self::new(if single { own } else { node.place }, node))
    }

    /// A text, number or boolean as CloudFormation hands it on: as a text.
    pub(super) fn text(self) -> Option<&'a str> {
        self.node.text()
    }

    /// The texts of a list.
    pub(super) fn texts(self) -> impl Iterator<Item = &'a str> {
        self.items().filter_map(At::text)
    }

    /// `true` or `false`, also where it is written as a text, as CloudFormation takes it.
    pub(super) fn flag(self) -> Option<bool> {
        let text = self.text()?;
        match () {
            () if text.eq_ignore_ascii_case("true") => Some(true),
            () if text.eq_ignore_ascii_case("false") => Some(false),
            () => None,
        }
    }

    /// A number, also where it is written as a text.
    pub(super) fn number(self) -> Option<f64> {
        self.text()?
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The resource and attribute that are referred to.
    pub(super) fn attribute(self) -> Option<(&'a str, &'a str)> {
        match &self.node.value {
            Value::Attribute { resource, name } => Some((resource, name)),
            _ => None,
        }
    }

    /// The value under a path is `true`.
    pub(super) fn says(self, path: &[&str]) -> bool {
        self.path(path).and_then(At::flag) == Some(true)
    }

    /// Where the value under a key stands, or this where there is none.
    pub(super) fn place_of(self, key: &str) -> Place {
        self.get(key).map_or(self.place, |at| at.place)
    }
}
