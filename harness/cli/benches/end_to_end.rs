//! What greenroom itself costs: wall time per cold sample less the page's own time until the SDK
//! is ready, samples a minute, and the share of one core that this process takes. Prints, never
//! judges. The local stack runs in the same process and is in the share.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use greenroom_fixtures::page::DEFAULT_CHANNEL;
use greenroom_fixtures::{PageRequest, SdkBundle, Stack, StackOptions};
use greenroom_model::{CacheRegime, DeviceProfile, NetworkProfile, PageVariant};
use greenroom_webdriver::{BrowserChoice, Document, Driver, DriverOptions, SdkProbe, Visit};

type Failure = Box<dyn std::error::Error>;

/// Loads per browser; the first two warm the machine up and are left out.
const LOADS: usize = 42;

fn main() -> ExitCode {
    // `cargo test --benches` asks every benchmark to show that it starts, not to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let measured = runtime
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(measure_all()));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("end_to_end: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all() -> Result<(), Failure> {
    for (name, browser) in [
        ("chromium", BrowserChoice::Chromium),
        ("headless-shell", BrowserChoice::HeadlessShell),
    ] {
        for variant in [PageVariant::Inline, PageVariant::Cdn] {
            measure(name, browser.clone(), variant).await?;
        }
    }
    Ok(())
}

async fn measure(name: &str, browser: BrowserChoice, variant: PageVariant) -> Result<(), Failure> {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sdk/dist");
    let bundle = SdkBundle::load(dist.as_ref())?;
    let stack = Stack::start(StackOptions::new(bundle.clone())).await?;
    let mut endpoints = stack.endpoints().clone();
    endpoints.ca_pem = None;
    let mut driver = Driver::start(DriverOptions {
        browser,
        supervisor: vec![env!("CARGO_BIN_EXE_greenroom").into(), "__supervise".into()],
        endpoints,
        headed: false,
        allow_loopback: true,
        http3: false,
        media: None,
        command_limit: Duration::from_mins(1),
    })
    .await?;
    let visit = visit(&stack, &bundle, variant)?;
    let mut overheads = Vec::new();
    let mut ready = Vec::new();
    let (mut began, mut cpu) = (Instant::now(), cpu_seconds());
    for number in 0..LOADS {
        if number == 2 {
            (began, cpu) = (Instant::now(), cpu_seconds());
        }
        let load = driver.load(&visit).await?;
        if number >= 2 {
            let sdk_ready = load.sdk_ready_ms.ok_or("a load was not ready")?;
            overheads.push(load.wall_ms - sdk_ready);
            ready.push(sdk_ready);
        }
    }
    let wall = began.elapsed().as_secs_f64();
    let share = 100.0 * (cpu_seconds() - cpu) / wall;
    #[expect(clippy::cast_precision_loss, reason = "some dozens of loads")]
    let per_minute = 60.0 * overheads.len() as f64 / wall;
    let variant = match variant {
        PageVariant::Inline => "inline",
        PageVariant::Cdn | PageVariant::CdnSri => "cdn",
    };
    eprintln!(
        "{name:15} {variant:7} overhead {:4.0} ms (median; quartiles {:.0} to {:.0}), sdk_ready \
         {:4.0} ms, {per_minute:3.0} samples a minute, own CPU {share:.1}% of one core",
        quantile(&mut overheads, 0.5),
        quantile(&mut overheads, 0.25),
        quantile(&mut overheads, 0.75),
        quantile(&mut ready, 0.5),
    );
    driver.close().await?;
    stack.shutdown().await;
    Ok(())
}

fn visit(stack: &Stack, bundle: &SdkBundle, variant: PageVariant) -> Result<Visit, Failure> {
    let manifest = bundle.manifest();
    Ok(Visit {
        document: Document::Fulfilled {
            url: stack.endpoints().page_url.clone(),
            html: stack.page(&PageRequest::new(variant))?,
        },
        sdk_url: (variant != PageVariant::Inline).then(|| stack.endpoints().sdk_url.clone()),
        sdk: SdkProbe::from(manifest),
        channel: DEFAULT_CHANNEL.to_owned(),
        ready_message: "SDK_READY".to_owned(),
        join: None,
        regime: CacheRegime::Cold,
        device: DeviceProfile {
            name: "desktop".to_owned(),
            cpu_rate: 1.0,
            width: 1280,
            height: 720,
            device_scale_factor: 1.0,
            mobile: false,
        },
        network: NetworkProfile {
            name: "unthrottled".to_owned(),
            down_kbps: None,
            up_kbps: None,
            rtt_ms: None,
        },
        timeout: Duration::from_secs(75),
        collect_heap: true,
        trace: false,
        screenshot_on_failure: false,
    })
}

/// User and system time of this process so far, s, from proc(5)'s `stat` in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in brackets and may hold spaces.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
    };
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

/// Nearest rank, for display.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into some dozens of values"
    )]
    let index = (share * (values.len() as f64 - 1.0)).round() as usize;
    values[index]
}
