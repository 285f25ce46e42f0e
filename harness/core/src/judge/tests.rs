//! Sampler and judge together, by simulation: known worlds, known answers.

mod calls;
mod journals;
mod meetings;
mod sentences;
mod simulation;
