//! How fast an access log is read: 10,000 lines of 33 fields, in pieces of 65,536 bytes, as throughput.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use greenroom_core::logs::{Entry, LogReader, Traffic};

/// A log of `count` requests over a day.
fn log(count: u32) -> Vec<u8> {
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
            "2026-01-01\t{:02}:{:02}:{:02}\tFRA56-P9\t{}\t192.0.2.1\tGET\td111111abcdef8.cloudfront.net\t/assets/amazon-chime-sdk-3.20.0.min.js\t{status}\t-\tMozilla/5.0%20(Linux;%20Android%2014)%20AppleWebKit/537.36%20Chrome/120.0\t-\t-\t{result}\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\tcdn.example.org\thttps\t315\t0.0{:02}\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t{result}\tHTTP/2.0\t-\t-\t11040\t0.001\t{result}\tapplication/javascript\t278282\t-\t-\n",
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
    let log = log(10_000);
    let mut group = criterion.benchmark_group("access log");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("read and added up, 10,000 requests", |bench| {
        bench.iter(|| {
            let mut traffic = Traffic::default();
            let mut reader = LogReader::default();
            let mut each = |entry: &Entry<'_>| traffic.add(entry);
            for piece in log.chunks(64 * 1024) {
                reader.feed(black_box(piece), &mut each);
            }
            reader.finish(&mut each);
            black_box(traffic.requests)
        });
    });
    group.finish();
}

criterion_group!(benches, logs);
criterion_main!(benches);
