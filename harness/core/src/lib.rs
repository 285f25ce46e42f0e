//! The pure heart of greenroom: scenario language, plan, sampler, statistics, checks, verdict
