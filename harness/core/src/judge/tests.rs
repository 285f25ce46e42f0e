//! Sampler and judge together, by simulation: known worlds, known answers.

mod journals;
mod sentences;
mod simulation;
