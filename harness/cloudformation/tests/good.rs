//! Templates that can be read, and what they come to.

use greenroom_cloudformation::{Inputs, Template};

#[test]
fn the_whole_of_a_small_cdn() {
    let template = Template::read(include_str!("templates/good/cdn.yaml")).unwrap();
    let resolved = template.resolve(&Inputs::default()).unwrap();
    insta::assert_debug_snapshot!("cdn", resolved.deployment().unwrap());
    let outputs = resolved
        .outputs
        .iter()
        .map(|(name, value)| (name.as_str(), resolved.text(value)))
        .collect::<Vec<_>>();
    insta::assert_debug_snapshot!("cdn_outputs", outputs);
}
