//! Device and network profiles as CDP commands. Pure.

use greenroom_model::{DeviceProfile, NetworkProfile};
use serde_json::{Value, json};
use url::Url;

/// A CDP command: method and parameters.
pub(crate) type Command = (&'static str, Value);

/// The commands that make a tab stand for a device.
pub(crate) fn device(profile: &DeviceProfile) -> Vec<Command> {
    vec![
        (
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": profile.width,
                "height": profile.height,
                "deviceScaleFactor": profile.device_scale_factor,
                "mobile": profile.mobile,
            }),
        ),
        (
            "Emulation.setTouchEmulationEnabled",
            json!({"enabled": profile.mobile}),
        ),
        cpu(profile.cpu_rate),
    ]
}

/// The command that slows the main thread (and only that; workers and V8's background compiler
/// run on at full speed).
pub(crate) fn cpu(rate: f64) -> Command {
    ("Emulation.setCPUThrottlingRate", json!({"rate": rate}))
}

/// The command that slows the network, `None` if nothing is asked. It does nothing before
/// `Network.enable`. One rule with an empty pattern matches every request; its id comes back in
/// `Network.requestWillBeSentExtraInfo` of each request that it was applied to.
pub(crate) fn network(profile: &NetworkProfile) -> Option<Command> {
    slowed(profile, [String::new()])
}

/// The command that slows the requests for these URLs, whatever their queries, and nothing else:
/// an empty pattern would match WebRTC too, whose packets the throttle holds back until calls
/// break off.
pub(crate) fn network_for<'a>(
    profile: &NetworkProfile,
    urls: impl IntoIterator<Item = &'a Url>,
) -> Option<Command> {
    slowed(profile, urls.into_iter().map(url_pattern))
}

fn slowed(profile: &NetworkProfile, patterns: impl IntoIterator<Item = String>) -> Option<Command> {
    if profile.is_unthrottled() {
        return None;
    }
    // -1 leaves a direction as it is.
    let throughput = |kbps: Option<f64>| kbps.map_or(-1.0, bytes_per_second);
    let rules: Vec<Value> = patterns
        .into_iter()
        .map(|pattern| {
            json!({
                "urlPattern": pattern,
                "latency": profile.rtt_ms.unwrap_or(0.0),
                "downloadThroughput": throughput(profile.down_kbps),
                "uploadThroughput": throughput(profile.up_kbps),
            })
        })
        .collect();
    Some((
        "Network.emulateNetworkConditionsByRule",
        json!({"offline": false, "matchedNetworkConditions": rules}),
    ))
}

/// A constructor string of the URL Pattern Standard that matches this URL with any query. What
/// such a string leaves out at its end matches anything.
fn url_pattern(url: &Url) -> String {
    let mut pattern = url.origin().ascii_serialization();
    for c in url.path().chars() {
        if "\\{}()*+?:".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// kbit/s (1 kbit = 1,000 bit) in bytes per second.
pub(crate) fn bytes_per_second(kbps: f64) -> f64 {
    kbps * 1000.0 / 8.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_4g_in_the_units_of_cdp() {
        let (method, params) = network(&NetworkProfile {
            name: "slow-4g".into(),
            down_kbps: Some(1638.4),
            up_kbps: None,
            rtt_ms: Some(150.0),
        })
        .unwrap();
        assert_eq!(method, "Network.emulateNetworkConditionsByRule");
        let rule = &params["matchedNetworkConditions"][0];
        assert_eq!(rule["downloadThroughput"], json!(204_800.0));
        assert_eq!(rule["uploadThroughput"], json!(-1.0));
        assert_eq!(rule["latency"], json!(150.0));
        assert_eq!(rule["urlPattern"], "");
    }

    #[test]
    fn a_calls_rules_name_their_urls_and_never_everything() {
        let profile = NetworkProfile {
            name: "slow".into(),
            down_kbps: Some(400.0),
            up_kbps: None,
            rtt_ms: None,
        };
        let urls: [Url; 2] = [
            "https://app.example/a(b)?x=1#y".parse().unwrap(),
            "http://127.0.0.1:81/token".parse().unwrap(),
        ];
        let (_, params) = network_for(&profile, &urls).unwrap();
        let rules = params["matchedNetworkConditions"].as_array().unwrap();
        assert_eq!(rules[0]["urlPattern"], r"https://app.example/a\(b\)");
        assert_eq!(rules[1]["urlPattern"], "http://127.0.0.1:81/token");
        assert_eq!(rules[1]["downloadThroughput"], json!(50_000.0));
    }

    #[test]
    fn an_unthrottled_network_gets_no_rule() {
        let unthrottled = NetworkProfile {
            name: "unthrottled".into(),
            down_kbps: None,
            up_kbps: None,
            rtt_ms: None,
        };
        assert_eq!(network(&unthrottled), None);
    }
}
