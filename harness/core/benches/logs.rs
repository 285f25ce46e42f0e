//! How fast an access log is read: 10,000 lines of 33 fields, in pieces of 65,536 bytes, as
//! throughput; and what memory a log of 1 GB takes, as the growth of the largest resident size.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group};
use greenroom_core::logs::{Entry, LogReader, Traffic};

/// Requests of a log.
const REQUESTS: u32 = 10_000;

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

/// A log of `count` requests over the `day`th day of 2026; a month counts 28 here.
fn log(count: u32, day: u32) -> Vec<u8> {
    let (month, day) = (1 + day / 28, 1 + day % 28);
    let mut log = String::from(
        "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n",
    );
    for index in 0..count {
        let second = u64::from(index) * 86_400 / u64::from(count);
        let (result, status) = match index % 100 {
            0 => ("Miss", 200),
            1 => ("Error", 404),
            _ => ("Hit", 200),
        };
        let line = format!(
            "2026-{month:02}-{day:02}\t{:02}:{:02}:{:02}\tFRA56-P9\t{}\t192.0.2.1\tGET\td111111abcdef8.cloudfront.net\t/assets/amazon-chime-sdk-3.20.0.min.js\t{status}\t-\tMozilla/5.0%20(Linux;%20Android%2014)%20AppleWebKit/537.36%20Chrome/120.0\t-\t-\t{result}\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\tcdn.example.org\thttps\t315\t0.0{:02}\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t{result}\tHTTP/2.0\t-\t-\t11040\t0.001\t{result}\tapplication/javascript\t278282\t-\t-\n",
            second / 3_600,
            second / 60 % 60,
            second % 60,
            278_282 + index % 7,
            index % 97,
        );
        log.push_str(&line);
    }
    log.into_bytes()
}

fn logs(criterion: &mut Criterion) {
    let log = log(REQUESTS, 0);
    let mut group = criterion.benchmark_group("access log");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("read and added up, 10,000 requests", |bench| {
        bench.iter(|| {
            let mut traffic = Traffic::default();
            let mut reader = LogReader::default();
            let mut each = |entry: &Entry<'_>| traffic.add(entry);
            for piece in log.chunks(PIECE) {
                reader.feed(black_box(piece), &mut each);
            }
            reader.finish(&mut each);
            black_box(traffic.requests)
        });
    });
    group.finish();
}

/// The largest resident size of this process so far, kB. Linux alone says so.
fn largest_resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// Reads a log of 1 GB, which is made day by day as it is read.
#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn gigabyte() {
    let mut traffic = Traffic::default();
    let mut reader = LogReader::default();
    let mut each = |entry: &Entry<'_>| traffic.add(entry);
    let (mut bytes, mut days) = (0, 0);
    let mut before = None;
    let mut reading = std::time::Duration::ZERO;
    while bytes < 1_000_000_000_usize {
        let log = log(REQUESTS, days);
        let begun = Instant::now();
        for piece in log.chunks(PIECE) {
            reader.feed(black_box(piece), &mut each);
        }
        reading += begun.elapsed();
        // The first day brings this benchmark's own buffers with it.
        before = before.or_else(largest_resident);
        bytes += log.len();
        days += 1;
    }
    reader.finish(&mut each);
    let grown = largest_resident().zip(before).map(|(now, then)| now - then);
    println!(
        "access log of 1 GB: {} requests of {days} days in {:.1} s; memory grew by {}",
        traffic.requests,
        reading.as_secs_f64(),
        grown.map_or("an unknown size".to_owned(), |grown| format!("{grown} kB")),
    );
}

criterion_group!(benches, logs);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    gigabyte();
}
