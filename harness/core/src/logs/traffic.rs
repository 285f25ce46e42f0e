//! What a log's requests add up to.

use std::collections::{BTreeMap, HashMap};

use super::{Entry, Histogram};

/// Most minutes that are kept apart, about half a year; the requests of later ones count in
/// everything but the alarms, and [`Traffic::minutes_left_out`] says how many they are.
pub const MOST_MINUTES: usize = 262_144;

/// What happened in one minute: the data that CloudFront's metrics are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Requests.
    pub requests: u64,
    /// Bytes to viewers, for GET, HEAD and OPTIONS.
    pub bytes: u64,
    /// Bytes from viewers, for POST and PUT.
    pub uploaded: u64,
    /// Answers with a status of 400 to 499.
    pub client_errors: u64,
    /// Answers with a status of 500 to 599.
    pub server_errors: u64,
    /// Answers with 401, 403, 404, 502, 503 and 504, which have metrics of their own.
    pub by_code: [u64; 6],
    /// Answers from the cache, to what can be cached: POST and PUT cannot.
    pub hits: u64,
    /// Answers for which the origin was asked, of the same.
    pub misses: u64,
}

/// The statuses that [`Minute::by_code`] counts, in its order.
pub(super) const CODES: [u16; 6] = [401, 403, 404, 502, 503, 504];

/// What an edge location sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) bytes: u64,
    pub(super) http: u64,
    pub(super) https: u64,
}

/// What the requests of one or several logs add up to.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Requests.
    pub requests: u64,
    /// Bytes to viewers.
    pub bytes: u64,
    /// Answers by status; 0 for those that a viewer did not wait for.
    pub statuses: BTreeMap<u16, u64>,
    /// `Hit`: served from the cache.
    pub hits: u64,
    /// `RefreshHit`: served from the cache after the origin was asked whether it is still good.
    pub refresh_hits: u64,
    /// `Miss`: fetched from the origin.
    pub misses: u64,
    /// `Error`, `LimitExceeded` and `CapacityExceeded`.
    pub errors: u64,
    /// Everything else: redirects, answers of functions.
    pub other_results: u64,
    /// `time-taken`.
    pub times: Histogram,
    /// Sum of `time-taken`, µs.
    pub total_time: u128,
    /// First and last second in which there was a request, since 1970.
    pub span: Option<(i64, i64)>,
    /// Requests whose minutes were beyond [`MOST_MINUTES`].
    pub minutes_left_out: u64,
    pub(super) minutes: BTreeMap<i64, Minute>,
    /// By the letters that an edge location begins with; empty for one without.
    pub(super) places: HashMap<[u8; 3], Sent>,
}

impl Traffic {
    /// Adds a request.
    pub fn add(&mut self, entry: &Entry<'_>) {
        self.requests += 1;
        self.bytes = self.bytes.saturating_add(entry.bytes);
        *self.statuses.entry(entry.status).or_default() += 1;
        let is_hit = entry.result == "Hit";
        let is_miss = entry.result == "Miss";
        match entry.result {
            "Hit" => self.hits += 1,
            "RefreshHit" => self.refresh_hits += 1,
            "Miss" => self.misses += 1,
            "Error" | "LimitExceeded" | "CapacityExceeded" => self.errors += 1,
            _ => self.other_results += 1,
        }
        self.times.add(entry.taken);
        self.total_time += u128::from(entry.taken);
        self.span = Some(match self.span {
            None => (entry.at, entry.at),
            Some((first, last)) => (first.min(entry.at), last.max(entry.at)),
        });
        let sent = self.places.entry(place(entry.edge_location)).or_default();
        sent.bytes = sent.bytes.saturating_add(entry.bytes);
        if entry.is_encrypted {
            sent.https += 1;
        } else {
            sent.http += 1;
        }
        let at = entry.at.div_euclid(60);
        if self.minutes.len() >= MOST_MINUTES && !self.minutes.contains_key(&at) {
            self.minutes_left_out += 1;
            return;
        }
        let minute = self.minutes.entry(at).or_default();
        minute.requests += 1;
        let is_upload = matches!(entry.method, "POST" | "PUT");
        if is_upload {
            minute.uploaded = minute.uploaded.saturating_add(entry.received);
        }
        if matches!(entry.method, "GET" | "HEAD" | "OPTIONS") {
            minute.bytes = minute.bytes.saturating_add(entry.bytes);
        }
        minute.client_errors += u64::from((400..500).contains(&entry.status));
        minute.server_errors += u64::from((500..600).contains(&entry.status));
        for (code, count) in CODES.iter().zip(&mut minute.by_code) {
            *count += u64::from(*code == entry.status);
        }
        minute.hits += u64::from(is_hit && !is_upload);
        minute.misses += u64::from(is_miss && !is_upload);
    }
}

/// All that happened, as if in one minute.
pub(super) fn in_one_minute(traffic: &Traffic) -> Minute {
    let mut whole = Minute::default();
    for minute in traffic.minutes.values() {
        whole.requests += minute.requests;
        whole.bytes = whole.bytes.saturating_add(minute.bytes);
        whole.uploaded = whole.uploaded.saturating_add(minute.uploaded);
        whole.client_errors += minute.client_errors;
        whole.server_errors += minute.server_errors;
        for (sum, count) in whole.by_code.iter_mut().zip(minute.by_code) {
            *sum += count;
        }
        whole.hits += minute.hits;
        whole.misses += minute.misses;
    }
    whole
}

/// The letters that an edge location begins with: the code of an airport nearby.
fn place(edge_location: &str) -> [u8; 3] {
    match edge_location.as_bytes() {
        [a, b, c, ..] if [a, b, c].iter().all(|letter| letter.is_ascii_alphabetic()) => {
            [*a, *b, *c].map(|letter| letter.to_ascii_uppercase())
        }
        _ => [0; 3],
    }
}
