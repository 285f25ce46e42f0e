//! Sampler and judge together, by simulation: known worlds, known answers.

mod calls;
mod cuts;
mod diagnosed;
mod journals;
mod meetings;
mod proofs;
mod refusals;
mod requests;
mod rows;
mod sentences;
mod simulation;
