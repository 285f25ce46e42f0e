//! A reader of CloudFormation templates.
//!
//! [`Template::read`] takes the text apart, each value with its line; [`Template::resolve`] puts
//! values for parameters, pseudo-parameters and intrinsic functions; [`Resolved::deployment`] is
//! the distribution as CloudFront would run it. The local CDN obeys the last, the checks of a
//! template look at the one before: they share this reader and no rule.
//!
//! What is read is bounded: a text of 32 million bytes, a nesting of 100, 64 million bytes made by
//! functions, a chain of 100 names, 250 origins and behaviours. Aliases and merge keys are refused, as CloudFormation does, so no text grows by
//! being read; ten thousand resources are read in linear time.
//!
//! Left aside, because they change no answer that a viewer gets: `Metadata`, `AllowedPattern` of a
//! parameter (a pattern of Java's), update and deletion policies, web ACLs, geographic
//! restrictions, logging.
//!
//! Invariant: nothing is guessed. An intrinsic function that is not known, and a resource type
//! that is not known where its meaning is asked for, is an error with its line.

mod check;
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
    Alarm, AlarmComparison, AlarmStatistic, AlarmWindow, Behaviour, Bucket, CachePolicy, Cors,
    CorsRule, Deployment, Distribution, Encryption, ErrorResponse, HttpVersion, KeyPart, Origin,
    OriginAccess, PolicyHeader, PriceClass, PublicAccessBlock, ResponseHeadersPolicy, Signing,
    Statement, StatementCondition, ViewerCertificate, ViewerProtocol,
};
pub use error::TemplateError;
pub use node::{Key, Node, Place, Value};
pub use parameters::Parameter;
pub use resolve::{Inputs, Resolved, ResolvedResource};
pub use template::Template;
