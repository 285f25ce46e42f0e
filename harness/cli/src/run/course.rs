//! One plan after the other, each against the stack that it asks for.
//!
//! Invariant: a plan with faults of the whole stack has a stack and browsers of its own, which end
//! with it; no other plan sees them. One that looks at what a browser learns has browsers of its
//! own too.

use std::time::Duration;

use greenroom_core::journal::TargetKind;
use greenroom_core::meeting::refusal;
use greenroom_core::plan::{Comparison, Plan, Probe, Request, SampleMetric, TokenAction, Work};
use greenroom_model::{Colour, FakeMedia, IdentityToken, Permission, Role};
use greenroom_webdriver::{DriverOptions, ParticipantMedia};

use super::compare::{self, Bout};
use super::requests::{self, Asker};
use super::secrets::SecretNames;
use super::sessions::Sessions;
use super::standing::{self, Standing};
use super::target::{self, Target, TargetChoice};
use super::visits::Visits;
use super::{RunContext, Stopped, meeting};
use crate::args::RunArgs;
use crate::failure::Failure;

/// Deadline of a single command to browser or driver. On a busy machine a browser takes seconds
/// to answer; one that takes longer is lost.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// What the patient of a comparison sends; nobody is there to see it.
const PATIENT_MEDIA: ParticipantMedia = ParticipantMedia {
    media: FakeMedia {
        colour: Colour {
            r: 40,
            g: 90,
            b: 200,
        },
        tone_hz: 680,
    },
    camera: Permission::Granted,
};

/// What all plans of a run have in common.
#[derive(Clone, Copy)]
pub(crate) struct Course<'a> {
    /// What was asked for.
    pub(crate) args: &'a RunArgs,
    /// How a target is started.
    pub(crate) choice: &'a TargetChoice,
    /// The target of every plan that asks for no faults.
    pub(crate) target: &'a Target,
    /// Seeds orders.
    pub(crate) seed: u64,
}

impl Course<'_> {
    /// Carries out a plan, as far as the journal has not seen it through.
    pub(crate) async fn one_plan(
        &self,
        run: &mut RunContext,
        sessions: &mut Option<Sessions>,
        plan: &Plan,
        index: usize,
    ) -> Result<(), Stopped> {
        run.progress
            .line(&format!("{} ({})", plan.source.title, plan.source.path));
        if plan.injected.is_empty() && !learns_protocols(plan) {
            return Box::pin(self.carry_out(run, sessions, plan, index)).await;
        }
        if standing::is_over(run.records(), index, plan) {
            return Ok(());
        }
        if plan.injected.is_empty() {
            return Box::pin(self.with_own_browser(run, plan, index)).await;
        }
        let bundle = self.target.bundle.clone();
        let starting = self
            .choice
            .start(bundle, plan.needs_calls(), &plan.injected);
        let target = Box::pin(run.or_signal(starting)).await??;
        let own = Course {
            target: &target,
            ..*self
        };
        let done = Box::pin(own.with_own_browser(run, plan, index)).await;
        target.stack.shutdown().await;
        done
    }

    async fn with_own_browser(
        &self,
        run: &mut RunContext,
        plan: &Plan,
        index: usize,
    ) -> Result<(), Stopped> {
        let mut sessions = None;
        if plan.loads_pages() {
            let starting = start_sessions(self.args, self.target, std::slice::from_ref(plan));
            sessions = Some(run.or_signal(starting).await??);
        }
        let done = Box::pin(self.carry_out(run, &mut sessions, plan, index)).await;
        if let Some(sessions) = sessions {
            sessions.close().await;
        }
        done
    }

    async fn carry_out(
        &self,
        run: &mut RunContext,
        sessions: &mut Option<Sessions>,
        plan: &Plan,
        index: usize,
    ) -> Result<(), Stopped> {
        let stack = &self.target.stack;
        let from = stack.access_log_end();
        let done = Box::pin(self.work_on(run, sessions, plan, index)).await;
        if self.target.info.kind == TargetKind::Local {
            run.keep_edge_log(stack, from, index, &plan.source.path)?;
        }
        done
    }

    async fn work_on(
        &self,
        run: &mut RunContext,
        sessions: &mut Option<Sessions>,
        plan: &Plan,
        index: usize,
    ) -> Result<(), Stopped> {
        match &plan.work {
            Work::Meeting(meeting) => {
                if standing::is_over(run.records(), index, plan) {
                    return Ok(());
                }
                let access = self.target.calls().ok_or_else(without_calls)?;
                let browser = driver_options(self.args, self.target)?;
                Box::pin(meeting::carry_out(
                    run,
                    self.target,
                    access,
                    &browser,
                    index,
                    meeting,
                ))
                .await
            }
            Work::Requests(list) => {
                let needs_calls = plan.needs_calls();
                Box::pin(self.ask(run, sessions, index, list, needs_calls)).await
            }
            Work::Compare(comparisons) => {
                for (number, comparison) in comparisons.iter().enumerate() {
                    self.compare(run, sessions, index, number, comparison)
                        .await?;
                }
                Ok(())
            }
        }
    }

    async fn ask(
        &self,
        run: &mut RunContext,
        sessions: &mut Option<Sessions>,
        index: usize,
        list: &[Request],
        needs_calls: bool,
    ) -> Result<(), Stopped> {
        let target = self.target;
        let requester = target.requester()?;
        let secrets = target.calls().map(SecretNames::of).unwrap_or_default();
        let standing = standing::of_requests(run.records(), index, list);
        if let Some(access) = target.calls()
            && needs_calls
            && standing.done == 0
        {
            access.prepare(&[]).await?;
        }
        let mut asker = Asker {
            target,
            requester: &requester,
            secrets: &secrets,
            driver: sessions.as_mut(),
        };
        requests::carry_out(run, &mut asker, index, list, standing).await
    }

    async fn compare(
        &self,
        run: &mut RunContext,
        sessions: &mut Option<Sessions>,
        plan: usize,
        index: usize,
        comparison: &Comparison,
    ) -> Result<(), Stopped> {
        let Standing {
            mut sampler,
            spent_ms,
            over,
        } = standing::of_comparison(run.records(), plan, index, comparison, self.seed);
        if over {
            return Ok(());
        }
        let Some(driver) = sessions.as_mut() else {
            return Err(Failure::environment("a comparison without a browser").into());
        };
        if joins(comparison) {
            run.or_signal(start_call(self.target)).await??;
        }
        let visits = Visits::prepare(comparison, self.target)?;
        let bout = Bout {
            plan,
            index,
            comparison,
            visits: &visits,
            manifest: self.target.bundle.manifest(),
        };
        compare::carry_out(run, driver, &bout, &mut sampler, spent_ms).await
    }
}

/// A browser for the loads of these plans.
pub(crate) async fn start_sessions(
    args: &RunArgs,
    target: &Target,
    plans: &[Plan],
) -> Result<Sessions, Failure> {
    let mut options = driver_options(args, target)?;
    // A page that joins a call asks for camera and microphone.
    options.media = plans.iter().any(Plan::needs_calls).then_some(PATIENT_MEDIA);
    options.http3 = plans.iter().all(learns_protocols);
    let probe_url = target.endpoints.probe_url.clone();
    Sessions::start(options, args.webdriver.clone(), probe_url).await
}

fn driver_options(args: &RunArgs, target: &Target) -> Result<DriverOptions, Failure> {
    Ok(DriverOptions {
        browser: args.browser.clone(),
        supervisor: target::supervisor()?,
        endpoints: target.endpoints.clone(),
        headed: args.headed,
        // Local Network Access keeps a fulfilled page from loopback. A deployment elsewhere is
        // tested under the checks that users' browsers make.
        allow_loopback: target.sdk_is_on_loopback(),
        http3: false,
        media: None,
        command_limit: COMMAND_LIMIT,
    })
}

/// Whether a load is repeated to see what the browser has learnt of the server. Its browser has
/// HTTP/3, which that of a comparison must not have: its loads would differ by who came first.
fn learns_protocols(plan: &Plan) -> bool {
    let Work::Requests(requests) = &plan.work else {
        return false;
    };
    requests
        .iter()
        .any(|request| matches!(&request.probe, Probe::Load(load) if load.again))
}

/// Whether the loads of a comparison join a call.
fn joins(comparison: &Comparison) -> bool {
    comparison.metric == SampleMetric::Connected
}

fn without_calls() -> Failure {
    Failure::environment("the target was started without the services of a call")
}

/// Has the provider start the call that the loads join; one that runs already is as good.
async fn start_call(target: &Target) -> Result<(), Failure> {
    let access = target.calls().ok_or_else(without_calls)?;
    access.prepare(&[]).await?;
    let answer = access
        .ask(
            &target.client()?,
            Role::Provider,
            IdentityToken::Valid,
            TokenAction::Create,
        )
        .await?;
    if refusal::granted(&answer) {
        return Ok(());
    }
    Err(Failure::environment(format!(
        "there is no call to join: the token service answered {} to the provider's `create`",
        refusal::in_words(&answer)
    )))
}
