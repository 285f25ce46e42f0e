//! Values as they stand in the file: text with its place, read for what it means later.
//!
//! Nothing here is an untagged enum: serde buffers those, and a buffered value has lost its
//! place. A value of more than one shape has a visitor of its own instead ([`Shape`]).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::error::{Problem, ScenarioError};
use super::source::{SourceFile, Span};

/// What the text of a scalar can mean.
pub(crate) trait Meaning: Sized {
    /// Reads it.
    fn read(text: &str) -> Result<Self, Problem>;
}

/// A value with the place where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::<T>::deserialize(deserializer).map(|spanned| Self {
            value: spanned.value,
            span: spanned.referenced.into(),
        })
    }
}

/// A scalar that is to mean a `T`.
#[derive(Clone, Debug)]
pub(crate) struct Written<T> {
    pub(crate) text: String,
    pub(crate) span: Span,
    meaning: PhantomData<fn() -> T>,
}

impl<T> Written<T> {
    /// A scalar that a visitor of another type came upon.
    pub(crate) fn new(text: String, span: Span) -> Self {
        Self {
            text,
            span,
            meaning: PhantomData,
        }
    }

    /// An error about this value.
    pub(crate) fn error(&self, source: &SourceFile, problem: Problem) -> ScenarioError {
        let span = match &problem.part {
            Some(part) => source.narrow(self.span, &self.text, part),
            None => self.span,
        };
        ScenarioError::new(source, span, problem)
    }
}

impl<T: Meaning> Written<T> {
    /// What it means.
    pub(crate) fn read(&self, source: &SourceFile) -> Result<T, ScenarioError> {
        T::read(&self.text).map_err(|problem| self.error(source, problem))
    }
}

impl<'de, T> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Placed::<String>::deserialize(deserializer)
            .map(|placed| Self::new(placed.value, placed.span))
    }
}

/// A key that may be left out, but not left empty: `timeout:` without a value is an error.
#[derive(Clone, Debug)]
pub(crate) struct Given<T>(pub(crate) Option<T>);

impl<T> Given<T> {
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// Keys that the user chooses, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<K, V>(pub(crate) Vec<(Written<K>, V)>);

impl<'de, K, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<K, V>(PhantomData<fn() -> (K, V)>);

        impl<'de, K, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("keys with values")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                read_pairs(map)
            }
        }

        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

fn read_pairs<'de, K, V, A>(mut map: A) -> Result<Pairs<K, V>, A::Error>
where
    V: Deserialize<'de>,
    A: MapAccess<'de>,
{
    let mut pairs = Vec::new();
    while let Some(key) = map.next_key::<Written<K>>()? {
        pairs.push((key, map.next_value::<V>()?));
    }
    Ok(Pairs(pairs))
}

/// A value that is one scalar, a list (of scalars, where nothing else is said), or keys with
/// values.
#[derive(Clone, Debug)]
pub(crate) enum Shape<T, K, V, I = Written<T>> {
    One(Written<T>),
    Many(Placed<Vec<I>>),
    Keys(Placed<Pairs<K, V>>),
}

/// [`Shape`] before its place is known.
enum Bare<K, V, I> {
    One(String),
    Many(Vec<I>),
    Keys(Pairs<K, V>),
}

impl<'de, T, K, V: Deserialize<'de>, I: Deserialize<'de>> Deserialize<'de> for Shape<T, K, V, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Placed { value, span } = Placed::<Bare<K, V, I>>::deserialize(deserializer)?;
        Ok(match value {
            Bare::One(text) => Self::One(Written::new(text, span)),
            Bare::Many(value) => Self::Many(Placed { value, span }),
            Bare::Keys(value) => Self::Keys(Placed { value, span }),
        })
    }
}

impl<'de, K, V: Deserialize<'de>, I: Deserialize<'de>> Deserialize<'de> for Bare<K, V, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareVisitor(PhantomData))
    }
}

struct BareVisitor<K, V, I>(PhantomData<Bare<K, V, I>>);

impl<'de, K, V: Deserialize<'de>, I: Deserialize<'de>> Visitor<'de> for BareVisitor<K, V, I> {
    type Value = Bare<K, V, I>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value, a list or keys with values")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Bare::One(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Bare::One(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Bare::One(number.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Bare::One(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        // YAML would read `1.10` as 1.1: what was meant is lost before it gets here.
        Err(E::custom(
            "a number with a fraction would lose its zeros here\nput it in quotes",
        ))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Err(E::custom(
            "nothing stands here\ngive a value, or leave the key out",
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<I>()? {
            items.push(item);
        }
        Ok(Bare::Many(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        read_pairs(map).map(Bare::Keys)
    }
}

/// A scalar or a list of them.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMany<T>(Shape<T, String, de::IgnoredAny>);

impl<T> OneOrMany<T> {
    /// The values; never none.
    pub(crate) fn items(&self, source: &SourceFile) -> Result<&[Written<T>], ScenarioError> {
        match &self.0 {
            Shape::One(item) => Ok(std::slice::from_ref(item)),
            Shape::Many(list) if list.value.is_empty() => Err(ScenarioError::new(
                source,
                list.span,
                Problem::new(
                    "this list is empty",
                    "name at least one, or leave the key out",
                ),
            )),
            Shape::Many(list) => Ok(&list.value),
            Shape::Keys(keys) => Err(ScenarioError::new(
                source,
                keys.span,
                Problem::new(
                    "expected a value or a list of values, found keys",
                    "write `key: value` or `key: [value, value]`",
                ),
            )),
        }
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match &self.0 {
            Shape::One(item) => item.span,
            Shape::Many(list) => list.span,
            Shape::Keys(keys) => keys.span,
        }
    }
}

impl<'de, T> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer).map(Self)
    }
}

/// In the schema a wrapper is what it wraps: places are no part of the file's form.
macro_rules! schema_of_the_inner_type {
    ($($wrapper:ident),+) => {$(
        impl<T: JsonSchema> JsonSchema for $wrapper<T> {
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    )+};
}

schema_of_the_inner_type!(Placed, Written, Given);

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrList", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [one, {"type": "array", "items": one, "minItems": 1}]
        })
    }
}

impl<K, V: JsonSchema> JsonSchema for Pairs<K, V> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", V::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        json_schema!({"type": "object", "additionalProperties": value})
    }
}
