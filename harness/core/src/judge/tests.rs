//! Sampler and judge together, by simulation: known worlds, known answers.

mod calls;
mod diagnosed;
mod journals;
mod meetings;
mod sentences;
mod simulation;
