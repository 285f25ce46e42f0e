//! The names in a branch of `Fn::If` that is not taken: CloudFormation refuses a template for a name
//! that is nowhere, whichever branch it stands in.

use std::collections::HashSet;

use crate::evaluate::{Part, parts};
use crate::expression::{Expression, Function, Kind};
use crate::scope::Scope;
use crate::{Place, TemplateError};

impl<'t> Scope<'t> {
    /// Refuses a name that is nowhere. Computes nothing and notes no reference.
    pub(crate) fn check(&mut self, written: &'t Expression) -> Result<(), TemplateError> {
        let place = written.place;
        match &written.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => Ok(()),
            Kind::List(list) => list.iter().try_for_each(|item| self.check(item)),
            Kind::Map(entries) => entries.iter().try_for_each(|(_, value)| self.check(value)),
            Kind::Call(function, argument) => {
                let known = self.references.len();
                self.check_call(*function, argument, place)?;
                self.references.truncate(known);
                self.check(argument)
            }
        }
    }

    fn check_call(
        &mut self,
        function: Function,
        argument: &'t Expression,
        place: Place,
    ) -> Result<(), TemplateError> {
        let first = match &argument.kind {
            Kind::List(list) => list.first(),
            _ => Some(argument),
        };
        let Some(Kind::Text(text)) = first.map(|first| &first.kind) else {
            return Ok(());
        };
        match function {
            Function::Ref => self.name(text, place).map(drop),
            Function::If | Function::Condition => self.condition(text, place).map(drop),
            Function::GetAtt => match text.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute, place).map(drop),
                None => self.resource(text, place).map(drop),
            },
            Function::Sub => {
                let own: HashSet<&str> = match &argument.kind {
                    Kind::List(list) => list.get(1),
                    _ => None,
                }
                .map_or(&[][..], Expression::entries)
                .iter()
                .map(|(key, _)| key.text.as_str())
                .collect();
                for part in parts(text, place)? {
                    if let Part::Variable(name) = part
                        && !own.contains(name)
                    {
                        match name.split_once('.') {
                            Some((resource, attribute)) => {
                                self.attribute(resource, attribute, place)?;
                            }
                            None => {
                                self.name(name, place)?;
                            }
                        }
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
