//! What traffic costs: CloudFront's public on-demand prices.
//!
//! Sources: the page "Amazon CloudFront Pricing" for transfer, in a copy without a date that knows
//! no flat-rate plans yet, which came in November 2025; the list prices of requests in a price book
//! of March 2026, and for Europe in AWS's Price List of June 2026; Amazon CloudFront Developer
//! Guide, "Choose the price class", for which class serves from where.
//!
//! Assumed, and said beside each figure: an edge location is named after an airport, whose country
//! is the billing region; a location that is not in the table costs what it would in the dearest
//! region; the monthly free tier, committed prices and flat-rate plans are left out. Not settled:
//! Egypt, which the copy does not name, is priced with the Middle East, and Türkiye, which is priced
//! with Europe, is taken to be in the class of Europe.

use greenroom_cloudformation::PriceClass;
use serde::Serialize;

use super::Traffic;
use super::traffic::Sent;

/// When the prices were current, as far as is known.
pub const PRICES_AS_OF: &str = "2025 or earlier for transfer and 2026-03 for requests";

/// Where they were read.
pub const PRICES_SOURCE: &str = "transfer: the page Amazon CloudFront Pricing, Regional Data Transfer Out to Internet; requests: a price book of list prices, those of Europe also AWS's Price List";

/// Seconds of a month of 30 days.
pub const SECONDS_OF_MONTH: i64 = 30 * 86_400;

const GIB: f64 = 1_073_741_824.0;

/// Where each tier of a month's transfer ends, GB: 10 TB, the next 40, 100, 350 and 524, and 4 PB.
const TIERS: [f64; 6] = [
    10.0 * 1_024.0,
    50.0 * 1_024.0,
    150.0 * 1_024.0,
    500.0 * 1_024.0,
    1_024.0 * 1_024.0,
    5.0 * 1_024.0 * 1_024.0,
];

/// A billing region.
struct Region {
    name: &'static str,
    /// The least price class that serves from it.
    class: PriceClass,
    /// USD for a GB of 2^30 bytes, by tier.
    transfer: [f64; 7],
    /// USD for 10,000 requests over HTTP and over HTTPS.
    requests: [f64; 2],
    /// Codes of its airports.
    airports: &'static str,
}

const REGIONS: [Region; 8] = [
    Region {
        name: "United States, Mexico, Canada",
        class: PriceClass::Class100,
        transfer: [0.085, 0.080, 0.060, 0.040, 0.030, 0.025, 0.020],
        requests: [0.0075, 0.0100],
        airports: "ATL BNA BOS BUF CLT CMH DEN DFW DTW EWR HIO HNL IAD IAH IND JAX JFK LAS LAX MCI MEX MIA MSP ORD PDX PHL PHX PIT QRO SEA SFO SJC SLC TPA YTO YUL YVR YYZ",
    },
    Region {
        name: "Europe, Israel, Türkiye",
        class: PriceClass::Class100,
        transfer: [0.085, 0.080, 0.060, 0.040, 0.030, 0.025, 0.020],
        requests: [0.0090, 0.0120],
        airports: "AMS ARN ATH BCN BER BRU BUD CDG CPH DUB DUS FCO FRA HAM HEL IST LHR LIS LON MAD MAN MRS MUC MXP OSL OTP PMO PRG SOF TLV TXL VIE WAW ZAG ZRH",
    },
    Region {
        name: "South Africa, Kenya, Nigeria, Egypt, Middle East",
        class: PriceClass::Class200,
        transfer: [0.110, 0.105, 0.090, 0.080, 0.060, 0.050, 0.040],
        requests: [0.0090, 0.0120],
        airports: "BAH CAI CPT DOH DXB FJR JED JNB LOS MCT NBO RUH",
    },
    Region {
        name: "South America",
        class: PriceClass::All,
        transfer: [0.110, 0.105, 0.090, 0.080, 0.060, 0.050, 0.040],
        requests: [0.0160, 0.0220],
        airports: "BOG EZE FOR GIG GRU LIM POA SCL UIO",
    },
    Region {
        name: "Japan",
        class: PriceClass::Class200,
        transfer: [0.114, 0.089, 0.086, 0.084, 0.080, 0.070, 0.060],
        requests: [0.0090, 0.0120],
        airports: "HND KIX NRT",
    },
    Region {
        name: "Australia, New Zealand",
        class: PriceClass::All,
        transfer: [0.114, 0.098, 0.094, 0.092, 0.090, 0.085, 0.080],
        requests: [0.0090, 0.0125],
        airports: "AKL BNE MEL PER SYD",
    },
    Region {
        name: "Hong Kong, Indonesia, Philippines, Singapore, South Korea, Taiwan, Thailand, Malaysia, Vietnam",
        class: PriceClass::Class200,
        transfer: [0.120, 0.100, 0.095, 0.090, 0.080, 0.070, 0.060],
        requests: [0.0090, 0.0120],
        airports: "BKK CGK HAN HKG ICN KUL MNL SGN SIN TPE",
    },
    Region {
        name: "India",
        class: PriceClass::Class200,
        transfer: [0.109, 0.085, 0.082, 0.080, 0.078, 0.075, 0.072],
        requests: [0.0090, 0.0120],
        airports: "BLR BOM CCU DEL HYD MAA PNQ",
    },
];

/// What one billing region of a log costs in a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionCost {
    /// The region; for edge locations outside the table, that it is unknown.
    pub region: &'static str,
    /// Part of all bytes, 0 to 1.
    pub share: f64,
    /// USD a month.
    pub usd: f64,
}

/// Whether a price class serves from a region of a class.
fn serves(class: PriceClass, region: PriceClass) -> bool {
    let rank = |class| match class {
        PriceClass::Class100 => 0,
        PriceClass::Class200 => 1,
        PriceClass::All => 2,
    };
    rank(region) <= rank(class)
}

/// What the traffic costs in a month under a price class, by region, if a month is `months` times
/// what the log has. "Choosing the price class": traffic of a region that the class leaves out is
/// served from others and costs the price of the cheapest region in the class.
#[expect(clippy::cast_precision_loss, reason = "money is counted in cents")]
pub fn price(traffic: &Traffic, class: PriceClass, months: f64) -> Vec<RegionCost> {
    // The last is for locations that are in no region.
    let mut sent = [Sent::default(); REGIONS.len() + 1];
    for (place, one) in &traffic.places {
        let code = std::str::from_utf8(place).unwrap_or_default();
        let region = REGIONS
            .iter()
            .position(|region| {
                region
                    .airports
                    .split_ascii_whitespace()
                    .any(|airport| airport == code)
            })
            .unwrap_or(REGIONS.len());
        if let Some(sum) = sent.get_mut(region) {
            sum.bytes = sum.bytes.saturating_add(one.bytes);
            sum.http += one.http;
            sum.https += one.https;
        }
    }
    let mut costs = Vec::new();
    for (index, sent) in sent.iter().enumerate() {
        if *sent == Sent::default() {
            continue;
        }
        let usd = match (REGIONS.get(index), REGIONS.first()) {
            // The first region is the cheapest there is, and every class has it.
            (Some(region), Some(cheapest)) if !serves(class, region.class) => {
                cheapest.usd(sent, months)
            }
            (Some(region), _) => region.usd(sent, months),
            // Which region is the dearest depends on how large the files are.
            (None, _) => REGIONS
                .iter()
                .map(|region| region.usd(sent, months))
                .fold(0.0, f64::max),
        };
        costs.push(RegionCost {
            region: REGIONS
                .get(index)
                .map_or("unknown edge location", |region| region.name),
            share: if traffic.bytes == 0 {
                0.0
            } else {
                sent.bytes as f64 / traffic.bytes as f64
            },
            usd,
        });
    }
    costs
}

impl Region {
    /// What a month costs of which this is one part in `months`.
    #[expect(clippy::cast_precision_loss, reason = "money is counted in cents")]
    fn usd(&self, sent: &Sent, months: f64) -> f64 {
        let [http, https] = self.requests;
        let requests = (sent.http as f64 * http + sent.https as f64 * https) / 10_000.0;
        transfer(sent.bytes as f64 / GIB * months, &self.transfer) + requests * months
    }
}

/// What a month's transfer costs, each tier at its price.
fn transfer(gigabytes: f64, prices: &[f64; 7]) -> f64 {
    let mut from = 0.0;
    let mut usd = 0.0;
    for (end, price) in TIERS.iter().copied().chain([f64::INFINITY]).zip(prices) {
        usd += (gigabytes.min(end) - from).max(0.0) * price;
        from = end;
    }
    usd
}
