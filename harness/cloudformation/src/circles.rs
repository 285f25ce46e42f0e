//! Resources that wait for each other.

use crate::scope::Reference;
use crate::{ResolvedResource, TemplateError};

/// How far a resource has been walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walked {
    No,
    /// It is on the way to where the walk is.
    Open,
    Done,
}

/// Refuses a template in which resources refer to each other in a circle, as CloudFormation does:
/// none of them could be the first to be created. Linear in resources and references, and without
/// recursion, since a chain may have as many links as there are resources.
pub(crate) fn refuse(
    resources: &[ResolvedResource],
    references: &[Vec<Reference>],
) -> Result<(), TemplateError> {
    let mut walked = vec![Walked::No; resources.len()];
    for start in 0..resources.len() {
        // The way from `start`: each resource, and the next of its references.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if walked.get(start) == Some(&Walked::No) {
            mark(&mut walked, start, Walked::Open);
            way.push((start, 0));
        }
        while let Some((at, next)) = way.last_mut() {
            let Some(reference) = references.get(*at).and_then(|all| all.get(*next)) else {
                mark(&mut walked, *at, Walked::Done);
                way.pop();
                continue;
            };
            *next += 1;
            match walked.get(reference.to) {
                Some(Walked::No) => {
                    mark(&mut walked, reference.to, Walked::Open);
                    way.push((reference.to, 0));
                }
                Some(Walked::Open) => return Err(circle(resources, &way, reference)),
                Some(Walked::Done) | None => {}
            }
        }
    }
    Ok(())
}

fn mark(walked: &mut [Walked], index: usize, state: Walked) {
    if let Some(place) = walked.get_mut(index) {
        *place = state;
    }
}

fn circle(
    resources: &[ResolvedResource],
    way: &[(usize, usize)],
    closing: &Reference,
) -> TemplateError {
    /// Links of a circle that are named; a longer one is cut in the middle of nowhere anyway.
    const NAMED: usize = 12;
    let links = way
        .iter()
        .map(|(index, _)| *index)
        .skip_while(|index| *index != closing.to)
        .collect::<Vec<_>>();
    let mut names = links
        .iter()
        .take(NAMED)
        .filter_map(|index| resources.get(*index))
        .map(|resource| format!("`{}`", resource.logical_id))
        .collect::<Vec<_>>();
    if links.len() > NAMED {
        names.push(format!("... {} more ...", links.len() - NAMED));
    }
    if let Some(first) = resources.get(closing.to) {
        names.push(format!("`{}`", first.logical_id));
    }
    TemplateError::at(
        closing.place,
        format!(
            "resources refer to each other in a circle: {}",
            names.join(" -> ")
        ),
        "none of them could be created first: take one of the references away",
    )
}
