//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenroom_core::results::FailOn;
use greenroom_core::scenario::fault_named;
use greenroom_model::{Fault, HostMapping};
use greenroom_webdriver::BrowserChoice;
use url::Url;

/// End-to-end gate for video-call deployments.
#[derive(Debug, Parser)]
#[command(name = "greenroom", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What greenroom can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenarios and write a report
    #[command(after_help = EXIT_CODES)]
    Run(Box<RunArgs>),
    /// Check scenarios without running them
    Validate(PathArgs),
    /// List the scenarios of files and folders
    List(PathArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Run the local stack by hand until Ctrl-C
    Stack(StackArgs),
    /// Render the reports of a journal again, without a browser
    Report(ReportArgs),
    /// Say what CloudFront's access logs tell: hit rate, errors, latency, cost, alarms
    #[command(after_help = LOGS_EXIT_CODES)]
    Logs(LogsArgs),
    /// Check a CloudFormation template of the CDN, before it is deployed
    #[command(after_help = TEMPLATE_EXIT_CODES)]
    Template(CheckTemplateArgs),
    /// Say what is installed, what is missing and how to get it
    Doctor,
    /// Watch over a program and what it starts (for greenroom itself)
    #[command(name = "__supervise", hide = true)]
    Supervise {
        /// What is started: its word, then its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
}

const EXIT_CODES: &str = "Exit codes:
  0    every gate passed (refuted and open claims do not count)
  1    a check failed: the product falls short
  2    usage or scenario error
  3    environment error: it could not be found out
  4    inconclusive, or nothing was executed
  130  SIGINT, 143 SIGTERM, after journal and report were written";

const LOGS_EXIT_CODES: &str = "Exit codes:
  0    every target is met
  1    a target is not met
  2    usage, or a file that cannot be read
  4    the logs have no request";

/// `greenroom logs`.
#[derive(Args, Debug)]
pub(crate) struct LogsArgs {
    /// Standard logs, plain or gzip; `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A CloudFormation template whose alarms are held against the logs
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// A parameter of the template
    #[arg(long, value_name = "NAME=VALUE", requires = "template", value_parser = parse_parameter)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Price class that the cost target is for [default: the template's, else 100]
    #[arg(long, value_name = "C")]
    pub(crate) price_class: Option<PriceClassArg>,
    /// What a month may cost, USD; without it cost is no target
    #[arg(long, value_name = "USD")]
    pub(crate) monthly_budget: Option<f64>,
    /// How the figures are written
    #[arg(long, value_name = "F", default_value = "text")]
    pub(crate) format: LogsFormat,
}

/// `--price-class`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PriceClassArg {
    /// `PriceClass_100`
    #[value(name = "100")]
    Class100,
    /// `PriceClass_200`
    #[value(name = "200")]
    Class200,
    /// `PriceClass_All`
    All,
}

/// `--format` of `greenroom logs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogsFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

const TEMPLATE_EXIT_CODES: &str = "Exit codes:
  0    nothing, or notes alone
  1    an error or a warning
  2    the file is no template, or its parameters cannot be put in";

/// Paths of scenarios.
#[derive(Args, Debug)]
pub(crate) struct PathArgs {
    /// Scenario files, or folders (their *.yaml, not those of subfolders)
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
}

/// `greenroom run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Scenario files, or folders (their *.yaml, not those of subfolders)
    #[arg(required_unless_present = "resume", conflicts_with = "resume")]
    pub(crate) paths: Vec<PathBuf>,
    /// Folder that gets RUN-ID/ with the journal and the reports
    #[arg(
        long,
        value_name = "DIR",
        default_value = "reports",
        conflicts_with = "resume"
    )]
    pub(crate) out: PathBuf,
    /// Go on with a run that was cut off
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) template: TemplateArgs,
    /// Version of the SDK, of those that the set-up built [default: the one that ships]
    #[arg(long, value_name = "V", conflicts_with = "resume")]
    pub(crate) sdk_version: Option<String>,
    /// chromium, headless-shell, or the path of a browser
    #[arg(long, value_name = "B", default_value = "chromium", value_parser = parse_browser)]
    pub(crate) browser: BrowserChoice,
    /// A WebDriver endpoint that runs already, e.g. a Selenium Grid with `se:cdp`; its browser
    /// must reach the target
    #[arg(long, value_name = "URL", conflicts_with_all = ["browser", "headed"])]
    pub(crate) webdriver: Option<Url>,
    /// Show the browser's window
    #[arg(long)]
    pub(crate) headed: bool,
    /// Seed of the order within pairs and of the bootstrap [default: drawn and recorded]
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    pub(crate) seed: Option<u64>,
    /// From which outcome on the exit code is not 0
    #[arg(long, value_name = "L", default_value = "inconclusive")]
    pub(crate) fail_on: FailOnArg,
}

/// What is tested.
#[derive(Args, Clone, Debug)]
pub(crate) struct TargetArgs {
    /// `local` stack, or `env`: the SDK file that `CHIME_SDK_CDN_URL` names
    #[arg(
        long,
        value_name = "T",
        default_value = "local",
        conflicts_with = "sdk_url"
    )]
    pub(crate) target: TargetName,
    /// A deployed SDK file to test
    #[arg(long, value_name = "URL")]
    pub(crate) sdk_url: Option<Url>,
    /// A root certificate (PEM) to trust besides the system's; deployed targets only
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Dial ADDR (an IP address, with a port of its own if need be) for HOST and PORT, as curl
    /// does; deployed targets only
    #[arg(long, value_name = "HOST:PORT:ADDR", value_parser = parse_resolve)]
    pub(crate) resolve: Vec<HostMapping>,
}

/// What the local stack's CDN is configured by.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TemplateArgs {
    /// CloudFormation template that the local CDN obeys [default: the one that ships]
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// A parameter of the template
    #[arg(long, value_name = "NAME=VALUE", requires = "template", value_parser = parse_parameter)]
    pub(crate) parameter: Vec<(String, String)>,
}

/// The names that `--target` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetName {
    /// The emulator on loopback
    Local,
    /// The deployment that the environment names
    Env,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOnArg {
    /// A failed check
    Fail,
    /// A failed check or an error
    Error,
    /// A failed check, an error, or an inconclusive one
    Inconclusive,
}

impl From<FailOnArg> for FailOn {
    fn from(level: FailOnArg) -> Self {
        match level {
            FailOnArg::Fail => Self::Fail,
            FailOnArg::Error => Self::Error,
            FailOnArg::Inconclusive => Self::Inconclusive,
        }
    }
}

/// `greenroom schema`.
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Which one
    #[arg(default_value = "scenario")]
    pub(crate) of: SchemaName,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaName {
    /// Scenario files
    Scenario,
    /// results.json
    Results,
}

/// `greenroom stack`.
#[derive(Args, Debug)]
pub(crate) struct StackArgs {
    /// Port to listen on, on loopback [default: any free one]
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(crate) port: u16,
    /// What goes wrong on purpose: names of faults as scenarios have them, NAME=TIME for those
    /// that take a time
    #[arg(long = "fault", value_name = "NAME", num_args = 1.., value_parser = fault_named)]
    pub(crate) faults: Vec<Fault>,
    #[command(flatten)]
    pub(crate) template: TemplateArgs,
    /// Version of the SDK, of those that the set-up built [default: the one that ships]
    #[arg(long, value_name = "V")]
    pub(crate) sdk_version: Option<String>,
    /// Where the CDN's access log is written at the end, as CloudFront's standard logs are
    #[arg(long, value_name = "FILE")]
    pub(crate) access_log: Option<PathBuf>,
}

/// `greenroom template`.
#[derive(Args, Debug)]
pub(crate) struct CheckTemplateArgs {
    /// A CloudFormation template, in YAML or JSON
    pub(crate) file: PathBuf,
    /// A value for a parameter of the template; those of a list are separated by commas
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Region that the stack would be in
    #[arg(long, value_name = "R", default_value = "us-east-1")]
    pub(crate) region: String,
    /// Form of what is printed
    #[arg(long, value_name = "F", default_value = "text")]
    pub(crate) format: TemplateFormat,
}

/// `greenroom template --format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TemplateFormat {
    /// For a person
    Text,
    /// The findings as data
    Json,
    /// JUnit XML, a case for each rule
    Junit,
    /// SARIF 2.1.0, for editors and code hosts
    Sarif,
}

/// `greenroom report`.
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// A journal.jsonl, or the run folder it lies in
    pub(crate) journal: PathBuf,
    /// Folder for the reports [default: beside the journal]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// From which outcome on the exit code is not 0
    #[arg(long, value_name = "L", default_value = "inconclusive")]
    pub(crate) fail_on: FailOnArg,
    /// Print the table of the faults that scenarios switched on, as Markdown, and write nothing
    #[arg(long, conflicts_with = "out")]
    pub(crate) faults: bool,
}

fn parse_browser(text: &str) -> Result<BrowserChoice, String> {
    match text {
        "chromium" => Ok(BrowserChoice::Chromium),
        "headless-shell" => Ok(BrowserChoice::HeadlessShell),
        path if path.contains('/') => Ok(BrowserChoice::Path(PathBuf::from(path))),
        other => Err(format!(
            "`{other}` is no browser; use chromium, headless-shell, or a path with a `/` in it"
        )),
    }
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!(
            "`{text}` is not NAME=VALUE, e.g. PriceClass=PriceClass_100"
        )),
    }
}

fn parse_resolve(text: &str) -> Result<HostMapping, String> {
    let wanted = || format!("`{text}` is not HOST:PORT:ADDR, e.g. cdn.example.org:443:127.0.0.1");
    let (host, rest) = text.split_once(':').ok_or_else(wanted)?;
    let (port, address) = rest.split_once(':').ok_or_else(wanted)?;
    // ADDR may carry a port of its own (curl's --connect-to), so that a test can dial a server
    // on another port than the URL names.
    let (address, address_port) = if let Ok(socket) = std::net::SocketAddr::from_str(address) {
        (socket.ip(), Some(socket.port()))
    } else {
        let bare = address.trim_start_matches('[').trim_end_matches(']');
        (IpAddr::from_str(bare).map_err(|_| wanted())?, None)
    };
    let port: u16 = port.parse().map_err(|_| wanted())?;
    if host.is_empty() || port == 0 {
        return Err(wanted());
    }
    Ok(HostMapping {
        host: host.to_ascii_lowercase(),
        port,
        address,
        address_port: address_port.unwrap_or(port),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn resolve_takes_what_curl_takes() {
        let plain = parse_resolve("CDN.example.org:443:127.0.0.1").unwrap();
        assert_eq!(
            (plain.host.as_str(), plain.port, plain.address_port),
            ("cdn.example.org", 443, 443)
        );
        let six = parse_resolve("cdn.example.org:443:[::1]").unwrap();
        assert!(six.address.is_ipv6());
        let other_port = parse_resolve("cdn.example.org:443:127.0.0.1:8443").unwrap();
        assert_eq!(other_port.address_port, 8443);
        for wrong in [
            "",
            "host",
            "host:443",
            "host:x:127.0.0.1",
            "host:0:127.0.0.1",
            ":1:127.0.0.1",
            "h:1:name",
        ] {
            assert!(parse_resolve(wrong).is_err(), "{wrong}");
        }
    }
}
