//! Device and network classes, as `settings/devices.yaml` and `settings/networks.yaml` give them.

use greenroom_model::{DeviceProfile, NetworkProfile};
use serde::Deserialize;

use super::error::{Problem, ScenarioError, clip};
use super::raw::Name;
use super::source::SourceFile;
use super::units::{self, Duration};
use super::written::{Given, Meaning, Pairs, Placed, Written};

const DEVICES: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../scenarios/settings/devices.yaml"
));
const NETWORKS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../scenarios/settings/networks.yaml"
));

/// The device and network classes that scenarios may name, in the order of their files.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    devices: Vec<DeviceProfile>,
    networks: Vec<NetworkProfile>,
}

impl Settings {
    /// Reads both files.
    ///
    /// # Errors
    /// If one of them is not what [`Settings::builtin_devices`] and
    /// [`Settings::builtin_networks`] show, with the place.
    pub fn parse(devices: &SourceFile, networks: &SourceFile) -> Result<Self, ScenarioError> {
        Ok(Self {
            devices: read_devices(devices)?,
            networks: read_networks(networks)?,
        })
    }

    /// The device classes that ship.
    pub fn builtin_devices() -> SourceFile {
        SourceFile::new("scenarios/settings/devices.yaml", DEVICES)
    }

    /// The network classes that ship.
    pub fn builtin_networks() -> SourceFile {
        SourceFile::new("scenarios/settings/networks.yaml", NETWORKS)
    }

    /// Every device class.
    pub fn devices(&self) -> &[DeviceProfile] {
        &self.devices
    }

    /// Every network class.
    pub fn networks(&self) -> &[NetworkProfile] {
        &self.networks
    }

    pub(super) fn device(&self, name: &str) -> Result<DeviceProfile, Problem> {
        self.devices
            .iter()
            .find(|device| device.name == name)
            .cloned()
            .ok_or_else(|| {
                Problem::unknown(
                    "device",
                    name,
                    self.devices.iter().map(|device| device.name.as_str()),
                )
            })
    }

    pub(super) fn network(&self, name: &str) -> Result<NetworkProfile, Problem> {
        self.networks
            .iter()
            .find(|network| network.name == name)
            .cloned()
            .ok_or_else(|| {
                Problem::unknown(
                    "network",
                    name,
                    self.networks.iter().map(|network| network.name.as_str()),
                )
            })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    devices: Placed<Pairs<Name, DeviceEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceEntry {
    cpu_rate: Written<CpuRate>,
    viewport: Written<Viewport>,
    pixel_ratio: Written<PixelRatio>,
    mobile: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkFile {
    networks: Placed<Pairs<Name, NetworkEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkEntry {
    #[serde(default)]
    down: Given<Written<Throughput>>,
    #[serde(default)]
    up: Given<Written<Throughput>>,
    #[serde(default)]
    rtt: Given<Written<Duration>>,
}

fn read_devices(source: &SourceFile) -> Result<Vec<DeviceProfile>, ScenarioError> {
    let DeviceFile { devices } = source.document()?;
    not_empty(source, &devices, "device")?;
    devices
        .value
        .0
        .iter()
        .map(|(name, entry)| {
            let viewport = entry.viewport.read(source)?;
            Ok(DeviceProfile {
                name: plain_name(source, name)?,
                cpu_rate: entry.cpu_rate.read(source)?.0,
                width: viewport.width,
                height: viewport.height,
                device_scale_factor: entry.pixel_ratio.read(source)?.0,
                mobile: entry.mobile,
            })
        })
        .collect()
}

fn read_networks(source: &SourceFile) -> Result<Vec<NetworkProfile>, ScenarioError> {
    let NetworkFile { networks } = source.document()?;
    not_empty(source, &networks, "network")?;
    networks
        .value
        .0
        .iter()
        .map(|(name, entry)| {
            let throughput = |value: &Given<Written<Throughput>>| {
                value
                    .get()
                    .map(|written| written.read(source).map(|read| read.0))
                    .transpose()
            };
            #[expect(
                clippy::cast_precision_loss,
                reason = "at most a day's ms, far below 2^53"
            )]
            let rtt = entry
                .rtt
                .get()
                .map(|written| written.read(source).map(|read| read.0 as f64))
                .transpose()?;
            if let (Some(up), None, None) = (entry.up.get(), entry.down.get(), rtt) {
                return Err(up.error(
                    source,
                    Problem::new(
                        "a limit on `up` alone cannot be proved to take effect",
                        "give `down` or `rtt` beside it: these are what is measured",
                    ),
                ));
            }
            Ok(NetworkProfile {
                name: plain_name(source, name)?,
                down_kbps: throughput(&entry.down)?,
                up_kbps: throughput(&entry.up)?,
                rtt_ms: rtt,
            })
        })
        .collect()
}

fn not_empty<V>(
    source: &SourceFile,
    classes: &Placed<Pairs<Name, V>>,
    what: &str,
) -> Result<(), ScenarioError> {
    if classes.value.0.is_empty() {
        Err(ScenarioError::new(
            source,
            classes.span,
            Problem::new(
                format!("no {what} class is defined"),
                "define at least one, or remove the file: then the classes that ship are used",
            ),
        ))
    } else {
        Ok(())
    }
}

/// A name that a file gives to something.
pub(super) fn plain_name(
    source: &SourceFile,
    name: &Written<Name>,
) -> Result<String, ScenarioError> {
    let plain = name
        .text
        .chars()
        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if plain && !name.text.is_empty() && name.text.len() <= 40 {
        Ok(name.text.clone())
    } else {
        Err(name.error(
            source,
            Problem::new(
                format!("`{}` cannot be a name", clip(&name.text)),
                "use up to 40 of a-z, 0-9 and `-`",
            ),
        ))
    }
}

/// `Emulation.setCPUThrottlingRate`.
struct CpuRate(f64);

impl Meaning for CpuRate {
    fn read(text: &str) -> Result<Self, Problem> {
        between(text, 1.0, 100.0).map(Self)
    }
}

struct PixelRatio(f64);

impl Meaning for PixelRatio {
    fn read(text: &str) -> Result<Self, Problem> {
        between(text, 0.5, 8.0).map(Self)
    }
}

fn between(text: &str, least: f64, most: f64) -> Result<f64, Problem> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| {
            Problem::new(
                format!("`{}` is not a number from {least} to {most}", clip(text)),
                format!("write a number from {least} to {most}"),
            )
        })
}

struct Viewport {
    width: u32,
    height: u32,
}

impl Meaning for Viewport {
    fn read(text: &str) -> Result<Self, Problem> {
        let side = |side: &str| {
            side.parse()
                .ok()
                .filter(|pixels| (1..=10_000).contains(pixels))
        };
        text.split_once('x')
            .and_then(|(width, height)| {
                Some(Self {
                    width: side(width)?,
                    height: side(height)?,
                })
            })
            .ok_or_else(|| {
                Problem::new(
                    format!("`{}` is not a viewport", clip(text)),
                    "write width and height in CSS pixels, for example `360x640`",
                )
            })
    }
}

/// kbit/s.
struct Throughput(f64);

impl Meaning for Throughput {
    fn read(text: &str) -> Result<Self, Problem> {
        let kbps = units::quantity(text, units::THROUGHPUT, "400kbps")?;
        if kbps > 0.0 {
            Ok(Self(kbps))
        } else {
            Err(Problem::new(
                format!("`{}` lets nothing through", clip(text)),
                "write a throughput above zero, or leave the key out for no limit",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(networks: &str) -> String {
        Settings::parse(
            &Settings::builtin_devices(),
            &SourceFile::new("networks.yaml", networks),
        )
        .unwrap_err()
        .to_string()
    }

    #[test]
    fn the_classes_that_ship_are_read() {
        let settings =
            Settings::parse(&Settings::builtin_devices(), &Settings::builtin_networks()).unwrap();
        let low = settings.device("low-end-mobile").unwrap();
        assert!((low.cpu_rate - 6.0).abs() < 1e-9);
        assert_eq!((low.width, low.height, low.mobile), (360, 640, true));
        let slow = settings.network("slow-4g").unwrap();
        assert_eq!(
            (slow.down_kbps, slow.up_kbps, slow.rtt_ms),
            (Some(1638.4), Some(750.0), Some(150.0))
        );
        assert!(settings.network("unthrottled").unwrap().is_unthrottled());
    }

    #[test]
    fn a_wrong_unit_is_pointed_at() {
        assert_eq!(
            refused("networks:\n  slow: {down: 400kb}\n"),
            "networks.yaml:2:19: unknown unit `kb`\n\
             2 |   slow: {down: 400kb}\n  \
               |                   ^^\n\
             help: did you mean `kbps`? write for example `400kbps`; units are `kbps` and `Mbps`"
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, message) in [
            ("networks:\n  slow: {down: 0kbps}\n", "lets nothing through"),
            ("networks:\n  slow: {down: -1kbps}\n", "is negative"),
            ("networks:\n  slow: {rtt: 0ms}\n", "is no time at all"),
            ("networks:\n  slow: {up: 1Mbps}\n", "cannot be proved"),
            (
                "networks:\n  slow: {latency: 1ms}\n",
                "unknown key `latency`",
            ),
            ("networks: {}\n", "no network class is defined"),
            ("networks:\n  Slow One: {}\n", "cannot be a name"),
            ("", "the file is empty"),
        ] {
            assert!(refused(text).contains(message), "{text}: {}", refused(text));
        }
    }
}
