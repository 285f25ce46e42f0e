//! Carrying out a plan of HTTP requests, page loads and handshakes.

use std::time::Duration;

use greenroom_core::checks;
use greenroom_core::classify::{self, Classified};
use greenroom_core::journal::{
    Classification, ExchangeOutcome, ExchangeRecord, LoadRecord, Record,
};
use greenroom_core::plan::{LoadProbe, Probe, Request};
use greenroom_model::exchange::TlsVersion;
use serde_json::Value;
use url::Url;

use super::body::Question;
use super::exchange::Requester;
use super::late::{self, Before};
use super::secrets::SecretNames;
use super::sessions::SessionDriver;
use super::standing::RequestStanding;
use super::target::Target;
use super::{RunContext, Stopped, visits};
use crate::failure::Failure;

/// What requests are sent with.
pub(crate) struct Asker<'a, D> {
    /// The target.
    pub(crate) target: &'a Target,
    /// The client.
    pub(crate) requester: &'a Requester,
    /// The names of secrets with their values.
    pub(crate) secrets: &'a SecretNames,
    /// The browser, where a page is loaded.
    pub(crate) driver: Option<&'a mut D>,
}

/// Carries out the requests in order, from the first that the journal has not seen through.
pub(crate) async fn carry_out<D: SessionDriver>(
    run: &mut RunContext,
    asker: &mut Asker<'_, D>,
    plan: usize,
    requests: &[Request],
    standing: RequestStanding,
) -> Result<(), Stopped> {
    let RequestStanding {
        done,
        mut tries,
        mut previous,
    } = standing;
    run.progress.begin("requests", requests.len() as u64);
    for (index, request) in requests.iter().enumerate().skip(done) {
        let quoted = requests.get(index + 1).map(late::quoted_pointers);
        let question = Question::new(request, quoted.unwrap_or_default());
        let mut answer = None;
        for attempt in std::mem::take(&mut tries) + 1..=request.attempts.max(1) {
            let (outcome, values) = match &request.probe {
                Probe::Http => {
                    asker
                        .send(run, request, &question, previous.as_ref())
                        .await?
                }
                Probe::Load(probe) => (asker.load(run, request, probe).await?, Vec::new()),
                Probe::Handshake(offered) => {
                    (asker.shake(run, request, *offered).await?, Vec::new())
                }
            };
            let satisfied = checks::satisfies(request, &outcome);
            if let ExchangeOutcome::Answer(exchange) = &outcome {
                answer = Some(Before::new(exchange, values));
            }
            run.append(&Record::Exchange(Box::new(ExchangeRecord {
                plan,
                request: index,
                attempt,
                at_ms: run.at_ms(),
                outcome,
            })))?;
            if let Some(picture) = asker.take_screenshot() {
                let name = format!("{}-{}-try-{attempt}.png", plan + 1, index + 1);
                run.keep_screenshot(&name, &picture)?;
            }
            if satisfied {
                break;
            }
        }
        // Every try quotes the answer to the request before, not that to the try before.
        previous = answer.or(previous);
        run.progress.step(index as u64 + 1, &request.title);
    }
    Ok(())
}

impl<D: SessionDriver> Asker<'_, D> {
    async fn send(
        &self,
        run: &RunContext,
        request: &Request,
        question: &Question,
        previous: Option<&Before>,
    ) -> Result<(ExchangeOutcome, Vec<(String, Value)>), Stopped> {
        match late::fill(request, previous, self.secrets) {
            Ok(outgoing) => {
                let sending = self
                    .requester
                    .send(request, outgoing, question, self.secrets);
                run.or_signal(sending).await
            }
            Err(missing) => Ok((ExchangeOutcome::NotSent(missing), Vec::new())),
        }
    }

    async fn load(
        &mut self,
        run: &mut RunContext,
        request: &Request,
        probe: &LoadProbe,
    ) -> Result<ExchangeOutcome, Stopped> {
        let visit = visits::probe(probe, request.timeout_ms, self.target)?;
        let Some(driver) = &mut self.driver else {
            return Err(Failure::environment("a page to load without a browser").into());
        };
        let session = driver.session();
        let loaded = if probe.again {
            run.or_signal(driver.load_again(&visit)).await?
        } else {
            run.or_signal(driver.load(&visit)).await?
        };
        run.note_session(driver.session(), session, loaded.as_ref().err())?;
        let (classified, load) = match loaded {
            Ok(load) => {
                let question = classify::Question {
                    variant: probe.variant,
                    sdk_url: visit.sdk_url.as_ref().map(Url::as_str),
                    manifest: self.target.bundle.manifest(),
                    timer_ms: probe.page_timers.of(probe.variant),
                };
                (classify::classify(&load, &question), Some(load))
            }
            Err(failure) => (
                Classified {
                    classification: Classification::EnvironmentError,
                    reason: Some(failure.detail),
                },
                None,
            ),
        };
        Ok(ExchangeOutcome::Load(Box::new(LoadRecord {
            variant: probe.variant,
            delivery: probe.delivery,
            classified,
            load,
        })))
    }

    async fn shake(
        &self,
        run: &RunContext,
        request: &Request,
        offered: TlsVersion,
    ) -> Result<ExchangeOutcome, Stopped> {
        let Ok(url) = Url::parse(&request.url) else {
            let reason = format!("`{}` is not a URL", request.url);
            return Ok(ExchangeOutcome::NotSent(reason));
        };
        let limit = Duration::from_millis(request.timeout_ms);
        let shaking = self.requester.handshake(&url, offered, limit);
        Ok(ExchangeOutcome::Handshake(run.or_signal(shaking).await?))
    }

    fn take_screenshot(&mut self) -> Option<Vec<u8>> {
        self.driver.as_mut()?.take_screenshot()
    }
}
