//! What a run talks to: the local stack, or a deployed SDK file with a page generated around it.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use greenroom_cloudformation::Deployment;
use greenroom_core::journal::{TargetInfo, TargetKind};
use greenroom_core::scenario::{CallNames, Names};
use greenroom_fixtures::page::{self, PageOptions, SdkDelivery};
use greenroom_fixtures::{CallOptions, PageRequest, SdkBundle, Stack, StackError, StackOptions};
use greenroom_model::{Endpoints, Fault};
use url::Url;

use super::access::{CallAccess, DeployedCalls};
use super::exchange::{Requester, Roots};
use crate::args::{TargetArgs, TargetName, TemplateArgs};
use crate::failure::{Failure, chain};
use crate::home;

/// The version of the SDK that is served in place of the one under test, where that is the fault.
const OTHER_VERSION: &str = "3.18.2";

/// The variable that `--target env` reads.
const SDK_URL_VARIABLE: &str = "CHIME_SDK_CDN_URL";

/// What the command line asks for, before anything is started.
#[derive(Clone, Debug)]
pub(crate) struct TargetChoice {
    info: TargetInfo,
    /// What the local stack's CDN is configured by; `None` is the template that ships.
    deployment: Option<Arc<Deployment>>,
    deployed: Option<Deployed>,
}

/// A deployed SDK file.
#[derive(Clone, Debug)]
struct Deployed {
    sdk_url: Url,
    args: TargetArgs,
    root_pem: Option<String>,
}

/// A target that can be talked to.
pub(crate) struct Target {
    /// The SDK under test as it was built here.
    pub(crate) bundle: SdkBundle,
    /// The local stack: the whole target, or, for a deployed SDK file, the host that proves the
    /// throttle.
    pub(crate) stack: Stack,
    /// What browser and client get.
    pub(crate) endpoints: Endpoints,
    /// Which roots the HTTP client trusts.
    pub(crate) roots: Roots,
    /// How to get into a deployed call, where one is asked for.
    deployed_calls: Option<DeployedCalls>,
    /// As it goes into the journal.
    pub(crate) info: TargetInfo,
}

impl TargetChoice {
    /// Reads what the command line and, for `--target env`, the environment say.
    pub(crate) fn from_args(args: &TargetArgs) -> Result<Self, Failure> {
        let sdk_url = match (&args.sdk_url, args.target) {
            (Some(url), _) => Some(url.clone()),
            (None, TargetName::Env) => Some(from_environment()?),
            (None, TargetName::Local) => None,
        };
        let Some(sdk_url) = sdk_url else {
            if args.ca.is_some() || !args.resolve.is_empty() {
                return Err(Failure::usage(
                    "--ca and --resolve are for a deployed SDK file; the local stack brings its \
                     own root and names\n  help: name the file with --sdk-url URL",
                ));
            }
            return Ok(Self {
                info: TargetInfo {
                    kind: TargetKind::Local,
                    label: "local stack, this machine".to_owned(),
                    sdk_url: String::new(),
                },
                deployment: None,
                deployed: None,
            });
        };
        check_url(&sdk_url)?;
        let root_pem = args.ca.as_deref().map(read_root).transpose()?;
        Ok(Self {
            info: TargetInfo {
                kind: TargetKind::Deployed,
                label: format!("the SDK file {sdk_url}"),
                sdk_url: sdk_url.to_string(),
            },
            deployment: None,
            deployed: Some(Deployed {
                sdk_url,
                args: args.clone(),
                root_pem,
            }),
        })
    }

    /// The same with the local stack's CDN configured by a template.
    pub(crate) fn under(mut self, template: &TemplateArgs) -> Result<Self, Failure> {
        let Some(path) = &template.template else {
            return Ok(self);
        };
        if self.kind() == TargetKind::Deployed {
            return Err(Failure::usage(
                "--template configures the local stack, and the target is deployed\n  \
                 help: leave it out; what is deployed has a template of its own",
            ));
        }
        self.info.label = format!("local stack under {}, this machine", path.display());
        self.deployment = Some(Arc::new(template.read(path)?));
        Ok(self)
    }

    /// Local stack or deployment.
    pub(crate) fn kind(&self) -> TargetKind {
        self.info.kind
    }

    /// Starts what has to run here; `faults` are those of the whole local stack.
    pub(crate) async fn start(
        &self,
        bundle: SdkBundle,
        with_calls: bool,
        faults: &[Fault],
    ) -> Result<Target, Failure> {
        let is_local = self.deployed.is_none();
        let deployed_calls = if with_calls && !is_local {
            Some(DeployedCalls::from_environment()?)
        } else {
            None
        };
        let usual = StackOptions::new(bundle.clone());
        let options = StackOptions {
            calls: (with_calls && is_local).then(call_options).transpose()?,
            other_bundle: other_bundle(faults),
            deployment: match &self.deployment {
                Some(deployment) => Arc::clone(deployment),
                None => usual.deployment,
            },
            faults: faults.to_vec(),
            ..usual
        };
        let stack = Stack::start(options).await.map_err(|error| {
            let said = chain(&error);
            match error {
                StackError::Faults(_) => Failure::usage(said),
                _ => Failure::environment(said),
            }
        })?;
        let mut endpoints = stack.endpoints().clone();
        let stack_root = endpoints.ca_pem.take();
        let roots = match &self.deployed {
            None => Roots::Only(stack_root.unwrap_or_default()),
            Some(deployed) => {
                // Of the stack only the app host stays, for the probe that proves a throttle.
                let app = endpoints.page_url.host_str().unwrap_or_default().to_owned();
                endpoints.host_map.retain(|map| map.host == app);
                endpoints
                    .host_map
                    .extend(deployed.args.resolve.iter().cloned());
                endpoints.sdk_url = deployed.sdk_url.clone();
                endpoints.ca_pem.clone_from(&deployed.root_pem);
                // Only a deployment knows by which names its calls are reached.
                endpoints.closed &= !with_calls;
                Roots::SystemAnd(deployed.root_pem.clone())
            }
        };
        let mut info = self.info.clone();
        info.sdk_url = endpoints.sdk_url.to_string();
        Ok(Target {
            bundle,
            stack,
            endpoints,
            roots,
            deployed_calls,
            info,
        })
    }

    /// The target of a run that goes on: what its journal names, reached as this command line
    /// says.
    pub(crate) fn again(args: &TargetArgs, before: &TargetInfo) -> Result<Self, Failure> {
        let mut args = args.clone();
        match before.kind {
            TargetKind::Local => {
                if args.sdk_url.is_some() || args.target == TargetName::Env {
                    return Err(Failure::usage(
                        "the run to go on with was made on the local stack\n  help: leave --sdk-url and --target out",
                    ));
                }
            }
            TargetKind::Deployed => {
                let url = Url::parse(&before.sdk_url)
                    .map_err(|error| Failure::caused("the journal's SDK URL", &error))?;
                args.sdk_url = Some(url);
                args.target = TargetName::Local;
            }
        }
        Self::from_args(&args)
    }
}

impl Target {
    /// Whether the SDK's host leads to this machine: the local stack, or a `--resolve` to it.
    pub(crate) fn sdk_is_on_loopback(&self) -> bool {
        let host = self.endpoints.sdk_url.host_str();
        self.endpoints
            .host_map
            .iter()
            .any(|map| Some(map.host.as_str()) == host && map.address.is_loopback())
    }

    /// How the participants of a call get in, where the target was started for calls.
    pub(crate) fn calls(&self) -> Option<CallAccess<'_>> {
        let deployed = self.deployed_calls.as_ref().map(CallAccess::Deployed);
        deployed.or_else(|| self.stack.calls().map(CallAccess::Local))
    }

    /// A client that reaches the target's names.
    pub(crate) fn client(&self) -> Result<reqwest::Client, Failure> {
        Ok(self.requester()?.client())
    }

    /// What sends a scenario's requests.
    pub(crate) fn requester(&self) -> Result<Requester, Failure> {
        let token_url = self.deployed_calls.as_ref().map(DeployedCalls::token_url);
        Requester::new(
            &self.endpoints,
            &self.roots,
            token_url.and_then(Url::host_str),
        )
    }

    /// The HTML of a meeting page: the local stack's, or one around a deployed SDK file.
    pub(crate) fn page(&self, request: &PageRequest) -> Result<String, Failure> {
        if self.info.kind == TargetKind::Local {
            let page = self.stack.page(request);
            return page.map_err(|error| Failure::environment(chain(&error)));
        }
        let manifest = self.bundle.manifest();
        let code = std::str::from_utf8(self.bundle.code())
            .map_err(|error| Failure::caused("the SDK bundle is not UTF-8", &error))?;
        let sdk_url = &self.endpoints.sdk_url;
        let delivery = SdkDelivery::of(request.variant, code, sdk_url, &manifest.integrity);
        let options = PageOptions {
            timers: request.timers,
            ..PageOptions::new(manifest, delivery)
        };
        page::render(&options).map_err(|error| Failure::environment(chain(&error)))
    }

    /// The names that scenarios use.
    pub(crate) fn names(&self) -> Names {
        let call = self.calls().map(|calls| CallNames {
            token_url: calls.token_url().clone(),
            appointment_id: calls.appointment_id().to_owned(),
        });
        // A deployed distribution does not say where its bucket is.
        let bucket_url = match self.info.kind {
            TargetKind::Local => self.stack.bucket_url(),
            TargetKind::Deployed => None,
        };
        Names::new(
            &self.endpoints,
            self.bundle.manifest(),
            bucket_url.as_ref(),
            call.as_ref(),
        )
    }
}

/// Another version of the SDK, where a fault wants one and the set-up built it.
pub(crate) fn other_bundle(faults: &[Fault]) -> Option<SdkBundle> {
    if faults.contains(&Fault::OtherVersion) {
        home::sdk_bundle(Some(OTHER_VERSION)).ok()
    } else {
        None
    }
}

/// greenroom itself, as the program that supervises others.
pub(crate) fn supervisor() -> Result<Vec<OsString>, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::caused("cannot find greenroom's own program", &error))?;
    Ok(vec![program.into_os_string(), "__supervise".into()])
}

/// The services of a call as the local stack starts them.
pub(crate) fn call_options() -> Result<CallOptions, Failure> {
    let database_url = std::env::var("DATABASE_URL").ok();
    Ok(CallOptions {
        supervisor: supervisor()?,
        database_url: database_url.filter(|url| !url.trim().is_empty()),
    })
}

fn from_environment() -> Result<Url, Failure> {
    let help = format!(
        "\n  help: set {SDK_URL_VARIABLE} to the https URL of the SDK file, or use --sdk-url URL"
    );
    let value = std::env::var(SDK_URL_VARIABLE).map_err(|_| {
        Failure::usage(format!("--target env: {SDK_URL_VARIABLE} is not set{help}"))
    })?;
    // The value is not repeated in the message: a variable may hold what it should not.
    Url::parse(value.trim()).map_err(|error| {
        Failure::usage(format!(
            "--target env: {SDK_URL_VARIABLE} is no URL: {error}{help}"
        ))
    })
}

/// Parts of the names of query parameters that carry a signature or a secret: CloudFront, S3,
/// Google, Azure and Akamai each have their own.
const SECRETS: [&str; 9] = [
    "sig",
    "token",
    "secret",
    "passw",
    "auth",
    "credential",
    "policy",
    "key",
    "hdn",
];

/// Journals and reports name the URL in clear, so one that carries a secret is refused.
fn check_url(url: &Url) -> Result<(), Failure> {
    if url.scheme() != "https" || url.host_str().is_none() {
        return Err(Failure::usage(
            "the SDK's URL is not https\n  help: the page runs in a secure context and may not load it otherwise",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::usage(
            "the SDK's URL carries a user name or password, which would stand in the journal and \
             the report\n  help: name the file without them",
        ));
    }
    let signed = |key: &str| {
        let key = key.to_ascii_lowercase();
        SECRETS.iter().any(|part| key.contains(part))
    };
    if url.query_pairs().any(|(key, _)| signed(&key)) {
        return Err(Failure::usage(
            "the SDK's URL seems to be signed, and its signature would stand in the journal and the report\n  \
             help: test a URL that anyone may fetch, as users' devices do",
        ));
    }
    Ok(())
}

fn read_root(path: &Path) -> Result<String, Failure> {
    let pem = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "--ca {}: {error}\n  help: name a PEM file",
            path.display()
        ))
    })?;
    if pem.contains("PRIVATE KEY") {
        return Err(Failure::usage(format!(
            "--ca {}: holds a private key\n  help: give only the certificate",
            path.display()
        )));
    }
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Failure::usage(format!(
            "--ca {}: holds no certificate in PEM form\n  help: convert it with `openssl x509 -inform der -in FILE`",
            path.display()
        )));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_carries_a_secret_is_refused_without_repeating_it() {
        for url in [
            "https://user:hunter2@cdn.example/sdk.js",
            "https://cdn.example/sdk.js?Signature=hunter2",
            "https://cdn.example/sdk.js?X-Goog-Signature=hunter2",
            "https://cdn.example/sdk.js?access_token=hunter2",
            "http://cdn.example/hunter2.js",
        ] {
            let failure = check_url(&Url::parse(url).unwrap()).unwrap_err();
            assert!(failure.message().contains("help:"));
            assert!(!failure.message().contains("hunter2"));
        }
        check_url(&Url::parse("https://cdn.example/sdk.js?v=2").unwrap()).unwrap();
    }
}
