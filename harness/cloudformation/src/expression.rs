//! A value of a template as it is written, with its intrinsic functions.

use crate::{Key, Place};

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expression {
    /// Where it begins; for a function its tag or its key.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Expression>),
    /// A mapping.
    Map(Vec<(Key, Expression)>),
    /// An intrinsic function and what it is given.
    Call(Function, Box<Expression>),
}

/// The intrinsic functions that are read. AWS CloudFormation Template Reference, "Intrinsic
/// function reference" and "Condition functions".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// `Ref`.
    Ref,
    /// `Fn::Sub`.
    Sub,
    /// `Fn::GetAtt`.
    GetAtt,
    /// `Fn::If`.
    If,
    /// `Fn::Equals`.
    Equals,
    /// `Fn::Not`.
    Not,
    /// `Fn::And`.
    And,
    /// `Fn::Or`.
    Or,
    /// `Condition` as a function.
    Condition,
    /// `Fn::Join`.
    Join,
    /// `Fn::Select`.
    Select,
    /// `Fn::Split`.
    Split,
    /// `Fn::FindInMap`.
    FindInMap,
}

impl Function {
    /// Each function with its short form, less the `!`.
    const SHORT: [(&'static str, Self); 13] = [
        ("Ref", Self::Ref),
        ("Sub", Self::Sub),
        ("GetAtt", Self::GetAtt),
        ("If", Self::If),
        ("Equals", Self::Equals),
        ("Not", Self::Not),
        ("And", Self::And),
        ("Or", Self::Or),
        ("Condition", Self::Condition),
        ("Join", Self::Join),
        ("Select", Self::Select),
        ("Split", Self::Split),
        ("FindInMap", Self::FindInMap),
    ];

    /// The function of a tag or a key, less its `!` or `Fn::`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::SHORT
            .iter()
            .find_map(|(short, function)| (*short == name).then_some(*function))
    }

    /// The names that [`Function::of`] knows.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::SHORT.iter().map(|(short, _)| *short)
    }

    /// Its full name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ref => "Ref",
            Self::Sub => "Fn::Sub",
            Self::GetAtt => "Fn::GetAtt",
            Self::If => "Fn::If",
            Self::Equals => "Fn::Equals",
            Self::Not => "Fn::Not",
            Self::And => "Fn::And",
            Self::Or => "Fn::Or",
            Self::Condition => "Condition",
            Self::Join => "Fn::Join",
            Self::Select => "Fn::Select",
            Self::Split => "Fn::Split",
            Self::FindInMap => "Fn::FindInMap",
        }
    }
}

impl Expression {
    /// The value under a key, where this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find_map(|(name, value)| (name.text == key).then_some(value))
    }

    /// The entries of a mapping; none for what is no mapping.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// A text, number or boolean as CloudFormation hands it on: as a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Number(text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Call(..) => None,
        }
    }

    /// What kind of value it is, for an error.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Call(..) => "a function",
        }
    }
}
