//! The commands, each a file.

pub(crate) mod doctor;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod scenarios;
pub(crate) mod schema;
pub(crate) mod stack;
pub(crate) mod template;
pub(crate) mod validate;
