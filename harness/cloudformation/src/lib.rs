//! A reader of CloudFormation templates.
//!
//! [`Template::read`] takes the text apart, each value with its line; [`Template::resolve`] puts
//! values for parameters, pseudo-parameters and intrinsic functions; [`Resolved::deployment`] is
//! the distribution as CloudFront would run it. The local CDN obeys the last, the checks of a
//! template look at the one before: they share this reader and no rule.
//!
//! Invariant: nothing is guessed. An intrinsic function that is not known, and a resource type
//! that is not known where its meaning is asked for, is an error with its line.

mod circles;
mod deploy;
mod deployment;
mod error;
mod evaluate;
mod events;
mod expression;
mod kinds;
mod node;
mod parameters;
mod resolve;
mod scope;
mod source;
mod template;

pub use deployment::{
    Alarm, AlarmComparison, AlarmStatistic, Behaviour, Bucket, CachePolicy, Cors, CorsRule,
    Deployment, Distribution, Encryption, ErrorResponse, HttpVersion, KeyPart, Origin,
    OriginAccess, PolicyHeader, PriceClass, PublicAccessBlock, ResponseHeadersPolicy, Signing,
    Statement, StatementCondition, ViewerCertificate, ViewerProtocol,
};
pub use error::TemplateError;
pub use node::{Key, Node, Place, Value};
pub use parameters::Parameter;
pub use resolve::{Inputs, Resolved, ResolvedResource};
pub use template::Template;
