//! Logs with known figures, and damaged logs.

mod alarms;

use greenroom_cloudformation::PriceClass;
use proptest::prelude::*;

use self::alarms::of_errors;
use super::alarms::{Averaging, evaluate};
use super::{Entry, Histogram, LogReader, SECONDS_OF_MONTH, Skipped, Summary, Targets, Traffic};

const HEADER: &str = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n";

/// A line of a log at a minute of 2026-01-01.
fn line(minute: u32, status: &str, result: &str) -> String {
    format!(
        "2026-01-01\t{:02}:{:02}:00\tFRA56-P9\t1000\t192.0.2.1\tGET\td111111abcdef8.cloudfront.net\t/sdk.js\t{status}\t-\tMozilla/5.0%20(X11)\t-\t-\t{result}\tid\tcdn.example.org\thttps\t200\t0.020\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t{result}\tHTTP/2.0\t-\t-\t4711\t0.020\t{result}\tapplication/javascript\t900\t-\t-\n",
        minute / 60,
        minute % 60
    )
}

/// A log that is fed in pieces of a size.
fn read_in(log: &[u8], piece: usize) -> (Traffic, Skipped, Option<&'static str>) {
    let mut traffic = Traffic::default();
    let mut reader = LogReader::default();
    let mut each = |entry: &Entry<'_>| traffic.add(entry);
    for piece in log.chunks(piece.max(1)) {
        reader.feed(piece, &mut each);
    }
    let (skipped, missing) = reader.finish(&mut each);
    (traffic, skipped, missing)
}

fn read(log: &str) -> (Traffic, Skipped) {
    let (traffic, skipped, _) = read_in(log.as_bytes(), 4096);
    (traffic, skipped)
}

#[test]
fn a_log_has_the_figures_that_were_written() {
    let mut log = HEADER.to_owned();
    for _ in 0..95 {
        log.push_str(&line(0, "200", "Hit"));
    }
    log.push_str(&line(1, "200", "Miss"));
    log.push_str(&line(1, "200", "RefreshHit"));
    log.push_str(&line(2, "404", "Error"));
    log.push_str(&line(2, "503", "Error"));
    log.push_str(&line(59, "000", "Error"));
    let (traffic, skipped) = read(&log);
    assert_eq!(skipped.total(), 0);
    let summary = Summary::of(&traffic, skipped, PriceClass::Class100, &Targets::default());
    assert_eq!((summary.requests, summary.bytes), (100, 100_000));
    assert_eq!(
        (summary.hits, summary.misses, summary.refresh_hits),
        (95, 1, 1)
    );
    assert_eq!(summary.seconds, 59 * 60 + 1);
    let found = summary
        .targets
        .iter()
        .map(|target| (target.found.unwrap(), target.met))
        .collect::<Vec<_>>();
    assert!((found[0].0 - 95.0 / 96.0 * 100.0).abs() < 1e-9 && found[0].1);
    assert_eq!(found[1], (1.0, false), "4xx: not less than 1%");
    assert_eq!(found[2], (1.0, false), "5xx");
    assert!((found[3].0 - 20.0).abs() < 1e-9 && found[3].1, "average");
    assert_eq!(summary.statuses.get(&0), Some(&1));
    assert!(!summary.all_met());
}

#[test]
fn pieces_of_any_size_make_the_same() {
    let log = format!(
        "{HEADER}{}{}",
        line(0, "200", "Hit"),
        line(1, "404", "Error")
    );
    for piece in 1..80 {
        let (traffic, skipped, _) = read_in(log.as_bytes(), piece);
        assert_eq!((traffic.requests, skipped.total()), (2, 0), "{piece}");
    }
}

#[test]
fn the_fields_of_a_file_are_in_its_own_order() {
    let log = "\u{feff}#Version: 1.0\r\n#Fields: time-taken cs-protocol x-edge-result-type sc-status cs-method sc-bytes x-edge-location time date extra\r\n\
               1.5\thttp\tMiss\t200\tGET\t7\tIAD89-C1\t23:59:59\t1999-12-31\t-\r\n";
    let (traffic, skipped) = read(log);
    assert_eq!((traffic.requests, traffic.bytes, traffic.misses), (1, 7, 1));
    assert_eq!(traffic.total_time, 1_500_000);
    assert_eq!(traffic.span, Some((946_684_799, 946_684_799)));
    assert_eq!(skipped.total(), 0);
}

#[test]
fn what_cannot_be_read_is_counted_by_its_reason() {
    let good = line(0, "200", "Hit");
    let mut log = format!("{good}{HEADER}{good}").into_bytes();
    log.extend_from_slice(b"2026-01-01\t00:00:00\tFRA\n");
    log.extend_from_slice(b"\xff\xfe\x00not utf-8\n");
    log.extend_from_slice(good.replace("2026-01-01", "2026-02-30").as_bytes());
    log.extend_from_slice(good.replace("0.020", "fast").as_bytes());
    log.extend_from_slice(&vec![b'x'; 200_000]);
    log.push(b'\n');
    log.extend_from_slice(good.as_bytes());
    log.extend_from_slice(&good.as_bytes()[..40]);
    for piece in [1, 7, 4_096, 1 << 20] {
        let (traffic, skipped, missing) = read_in(&log, piece);
        assert_eq!(traffic.requests, 2, "{piece}");
        assert_eq!(missing, None);
        assert_eq!(
            skipped,
            Skipped {
                cut: 1,
                too_short: 1,
                not_utf8: 1,
                not_readable: 2,
                too_long: 1,
                without_fields: 1,
            },
            "{piece}"
        );
    }
}

#[test]
fn a_log_without_a_needed_field_says_which() {
    let log = HEADER.replace(" time-taken", "") + &line(0, "200", "Hit");
    let (traffic, skipped, missing) = read_in(log.as_bytes(), 4096);
    assert_eq!((traffic.requests, skipped.without_fields), (0, 1));
    assert_eq!(missing, Some("time-taken"));
}

#[test]
fn percentiles_are_within_their_error() {
    let mut histogram = Histogram::default();
    assert_eq!(histogram.percentile(0.5), None);
    for value in 1..=100_000u64 {
        histogram.add(value * 7);
    }
    for (part, exact) in [
        (0.5, 350_000.0),
        (0.9, 630_000.0),
        (0.99, 693_000.0),
        (1.0, 700_000.0),
    ] {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let found = histogram.percentile(part).unwrap() as f64;
        assert!(found >= exact, "{part}: {found}");
        assert!(
            found <= exact * (1.0 + Histogram::RELATIVE_ERROR),
            "{part}: {found}"
        );
    }
    histogram.add(u64::MAX);
    histogram.add(0);
    assert!(histogram.percentile(1.0).unwrap() > 1 << 40);
}

#[test]
fn a_month_costs_what_the_price_list_says() {
    // 1 GiB from Frankfurt, 1 GiB from Tokyo, over a month less a second: months = 1.
    let gib = 1_073_741_824u64;
    let mut traffic = Traffic::default();
    let mut add = |at: i64, edge_location: &str| {
        traffic.add(&Entry {
            at,
            edge_location,
            bytes: gib,
            received: 0,
            method: "GET",
            status: 200,
            result: "Hit",
            user_agent: "",
            is_encrypted: true,
            taken: 1,
        });
    };
    add(0, "FRA56-P9");
    add(SECONDS_OF_MONTH - 1, "NRT20-C1");
    let summary = Summary::of(
        &traffic,
        Skipped::default(),
        PriceClass::All,
        &Targets::default(),
    );
    let usd = summary
        .costs
        .iter()
        .map(|cost| cost.usd)
        .collect::<Vec<_>>();
    let request = 0.0120 / 10_000.0;
    // Without Japan in its class, its viewers cost what the cheapest region does.
    assert!(
        (usd[0] - (0.085 + 0.085 + request + 0.0100 / 10_000.0)).abs() < 1e-9,
        "{usd:?}"
    );
    assert!(
        (usd[1] - (0.085 + 0.114 + 2.0 * request)).abs() < 1e-9,
        "{usd:?}"
    );
    assert!((usd[2] - usd[1]).abs() < 1e-9, "{usd:?}");
    assert!(summary.costs[2].chosen);
}

#[test]
fn later_tiers_are_cheaper() {
    let mut traffic = Traffic::default();
    traffic.add(&Entry {
        at: 0,
        edge_location: "IAD",
        bytes: 60 * 1_024 * 1_073_741_824,
        received: 0,
        method: "GET",
        status: 200,
        result: "Hit",
        user_agent: "",
        is_encrypted: true,
        taken: 1,
    });
    let costs = super::price(&traffic, PriceClass::Class100, 1.0);
    let expected = 10_240.0 * 0.085 + 40_960.0 * 0.080 + 10_240.0 * 0.060 + 0.0100 / 10_000.0;
    assert!((costs[0].usd - expected).abs() < 1e-6, "{costs:?}");
}

/// What a month with one answer of so many bytes costs at an edge location.
fn one_answer(edge_location: &str, bytes: u64, class: PriceClass) -> Vec<super::RegionCost> {
    let mut traffic = Traffic::default();
    traffic.add(&Entry {
        at: 0,
        edge_location,
        bytes,
        received: 0,
        method: "GET",
        status: 200,
        result: "Hit",
        user_agent: "",
        is_encrypted: true,
        taken: 1,
    });
    super::price(&traffic, class, 1.0)
}

/// The first tier of "Regional Data Transfer Out to Internet (per GB)" of the pricing page, and the
/// list price of 10,000 HTTPS requests, by an edge location of each region.
#[test]
fn each_region_has_the_prices_of_the_list() {
    let list = [
        ("IAD89-P1", 0.085, 0.0100, PriceClass::Class100),
        ("FRA56-P9", 0.085, 0.0120, PriceClass::Class100),
        ("IST50-P1", 0.085, 0.0120, PriceClass::Class100),
        ("JNB50-P1", 0.110, 0.0120, PriceClass::Class200),
        ("DXB52-P1", 0.110, 0.0120, PriceClass::Class200),
        ("CAI50-P1", 0.110, 0.0120, PriceClass::Class200),
        ("GRU1-P1", 0.110, 0.0220, PriceClass::All),
        ("NRT57-P3", 0.114, 0.0120, PriceClass::Class200),
        ("SYD62-P1", 0.114, 0.0125, PriceClass::All),
        ("SIN2-P1", 0.120, 0.0120, PriceClass::Class200),
        ("BOM78-P1", 0.109, 0.0120, PriceClass::Class200),
    ];
    let gib = 1_073_741_824;
    for (edge_location, transfer, requests, least) in list {
        for class in [PriceClass::Class100, PriceClass::Class200, PriceClass::All] {
            let cost = one_answer(edge_location, gib, class).remove(0).usd;
            let is_served = match class {
                PriceClass::Class100 => least == PriceClass::Class100,
                PriceClass::Class200 => least != PriceClass::All,
                PriceClass::All => true,
            };
            // Outside the class it costs what North America does.
            let (transfer, requests) = if is_served {
                (transfer, requests)
            } else {
                (0.085, 0.0100)
            };
            let expected = transfer + requests / 10_000.0;
            assert!(
                (cost - expected).abs() < 1e-12,
                "{edge_location} {class:?}: {cost} instead of {expected}"
            );
        }
    }
}

/// Bytes are dearest in Asia, requests in South America.
#[test]
fn an_unknown_edge_location_costs_what_the_dearest_does() {
    let unknown = |bytes| {
        let cost = one_answer("ZZZ1-P1", bytes, PriceClass::Class100).remove(0);
        assert_eq!(cost.region, "unknown edge location");
        cost.usd
    };
    let at = |place, bytes| one_answer(place, bytes, PriceClass::All).remove(0).usd;
    for (bytes, dearest) in [(1_000_000, "SIN2-P1"), (1_000, "GRU1-P1")] {
        assert!(
            (unknown(bytes) - at(dearest, bytes)).abs() < 1e-15,
            "{bytes}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(log in proptest::collection::vec(any::<u8>(), 0..2_000), piece in 1usize..300) {
        let (traffic, _, _) = read_in(&log, piece);
        prop_assert_eq!(traffic.requests, 0);
    }

    #[test]
    fn no_damage_panics(at in 0usize..1_200, with in any::<u8>(), piece in 1usize..300) {
        let mut log = format!("{HEADER}{}{}", line(0, "200", "Hit"), line(1, "200", "Hit")).into_bytes();
        if let Some(byte) = log.get_mut(at) {
            *byte = with;
        }
        let (traffic, skipped, _) = read_in(&log, piece);
        prop_assert!(traffic.requests + skipped.total() <= 4);
        let deployment = of_errors(1, 1, "missing");
        evaluate(&traffic, &deployment, Averaging::default());
        Summary::of(&traffic, skipped, PriceClass::All, &Targets::default());
    }

    #[test]
    fn any_lines_make_finite_figures(status in 0u16..999, minute in 0u32..1_440, bytes in any::<u64>()) {
        let mut traffic = Traffic::default();
        traffic.add(&Entry {
            at: i64::from(minute) * 60,
            edge_location: "XXX",
            bytes,
            received: bytes,
            method: "PUT",
            status,
            result: "Miss",
            user_agent: "",
            is_encrypted: false,
            taken: bytes,
        });
        let summary = Summary::of(&traffic, Skipped::default(), PriceClass::Class200, &Targets::default());
        prop_assert!(summary.costs.iter().all(|cost| cost.usd.is_finite()));
    }
}
