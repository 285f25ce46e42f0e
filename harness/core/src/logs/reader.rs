//! The lines of a standard log. Amazon CloudFront Developer Guide, "Standard logging reference":
//! two header lines, `#Version` and `#Fields`, then a line for each request, tab-separated.

use serde::Serialize;

/// Longest line that is read, in bytes. A request has at most 20,480 bytes of header fields and
/// 8,192 of URL, each percent-encoded to at most three times as much.
const LONGEST_LINE: usize = 128 * 1024;

/// A request of a log, as far as the figures need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'l> {
    /// `date` and `time`, seconds since 1970 in UTC.
    pub at: i64,
    /// `x-edge-location`, e.g. `FRA56-P9`.
    pub edge_location: &'l str,
    /// `sc-bytes`: what the viewer got, header included.
    pub bytes: u64,
    /// `cs-bytes`: what the viewer sent; 0 where the log does not say.
    pub received: u64,
    /// `cs-method`.
    pub method: &'l str,
    /// `sc-status`; 0 where the viewer went away first (`000`).
    pub status: u16,
    /// `x-edge-result-type`, e.g. `Hit`.
    pub result: &'l str,
    /// `cs(User-Agent)`, percent-encoded; empty where the log does not say.
    pub user_agent: &'l str,
    /// `cs-protocol` is not `http`.
    pub is_encrypted: bool,
    /// `time-taken`, µs.
    pub taken: u64,
}

/// Lines that say nothing, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Without a line end at the end of the file, and with fields missing.
    pub cut: u64,
    /// With fewer fields than `#Fields` names.
    pub too_short: u64,
    /// Not UTF-8, as in a file of another encoding.
    pub not_utf8: u64,
    /// With a date, number or duration that is none.
    pub not_readable: u64,
    /// Longer than any request's line can be.
    pub too_long: u64,
    /// Before a `#Fields` line, or after one that lacks a field that the figures need.
    pub without_fields: u64,
}

impl Skipped {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.cut
            + self.too_short
            + self.not_utf8
            + self.not_readable
            + self.too_long
            + self.without_fields
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Self) {
        self.cut += other.cut;
        self.too_short += other.too_short;
        self.not_utf8 += other.not_utf8;
        self.not_readable += other.not_readable;
        self.too_long += other.too_long;
        self.without_fields += other.without_fields;
    }
}

/// The fields that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Date,
    Time,
    EdgeLocation,
    Bytes,
    Received,
    Method,
    Status,
    Result,
    Protocol,
    Taken,
    UserAgent,
}

impl Field {
    /// Each with its name, and whether the figures need it.
    const NAMES: [(&'static str, Self, bool); 11] = [
        ("date", Self::Date, true),
        ("time", Self::Time, true),
        ("x-edge-location", Self::EdgeLocation, true),
        ("sc-bytes", Self::Bytes, true),
        ("cs-bytes", Self::Received, false),
        ("cs-method", Self::Method, true),
        ("sc-status", Self::Status, true),
        ("x-edge-result-type", Self::Result, true),
        ("cs-protocol", Self::Protocol, true),
        ("time-taken", Self::Taken, true),
        ("cs(User-Agent)", Self::UserAgent, false),
    ];
}

/// Reads one log, piece by piece.
#[derive(Default)]
pub struct LogReader {
    /// What each column is; `None` before `#Fields`, or after one that lacks a field.
    columns: Option<Vec<Option<Field>>>,
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
    /// That line is too long and is thrown away up to its end.
    overflowing: bool,
    begun: bool,
    /// The newest date and the seconds since 1970 at which it begins.
    day: (String, i64),
    skipped: Skipped,
    missing: Option<&'static str>,
}

impl LogReader {
    /// Takes the next piece, whatever it ends with, and hands on each request that it completes.
    pub fn feed(&mut self, mut piece: &[u8], each: &mut impl FnMut(&Entry<'_>)) {
        if !self.begun && !piece.is_empty() {
            self.begun = true;
            piece = piece.strip_prefix(b"\xef\xbb\xbf").unwrap_or(piece);
        }
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = piece.split_at(end);
            piece = rest.get(1..).unwrap_or_default();
            if self.overflowing {
                self.overflowing = false;
                self.skipped.too_long += 1;
            } else if self.pending.is_empty() {
                self.line(line, false, each);
            } else {
                let mut whole = std::mem::take(&mut self.pending);
                whole.extend_from_slice(line);
                self.line(&whole, false, each);
                // Its room is used again.
                whole.clear();
                self.pending = whole;
            }
        }
        if self.overflowing {
            return;
        }
        if self.pending.len() + piece.len() > LONGEST_LINE {
            self.pending.clear();
            self.overflowing = true;
        } else {
            self.pending.extend_from_slice(piece);
        }
    }

    /// The end of the log. Gives what was skipped, and the field whose absence made it so.
    pub fn finish(mut self, each: &mut impl FnMut(&Entry<'_>)) -> (Skipped, Option<&'static str>) {
        if self.overflowing {
            self.skipped.too_long += 1;
        }
        let last = std::mem::take(&mut self.pending);
        if !last.is_empty() {
            self.line(&last, true, each);
        }
        (self.skipped, self.missing)
    }

    fn line(&mut self, line: &[u8], is_open: bool, each: &mut impl FnMut(&Entry<'_>)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return;
        }
        if line.len() > LONGEST_LINE {
            self.skipped.too_long += 1;
            return;
        }
        let Ok(line) = std::str::from_utf8(line) else {
            self.skipped.not_utf8 += 1;
            return;
        };
        if let Some(comment) = line.strip_prefix('#') {
            if let Some(fields) = comment.strip_prefix("Fields:") {
                self.fields(fields);
            }
            return;
        }
        let Some(columns) = &self.columns else {
            self.skipped.without_fields += 1;
            return;
        };
        match entry(line, columns, &mut self.day) {
            Ok(entry) => each(&entry),
            Err(_) if is_open => self.skipped.cut += 1,
            Err(Unreadable::TooShort) => self.skipped.too_short += 1,
            Err(Unreadable::Value) => self.skipped.not_readable += 1,
        }
    }

    /// Takes the names of the columns, in the order of this file.
    fn fields(&mut self, names: &str) {
        let columns = names
            .split_ascii_whitespace()
            .map(|name| {
                Field::NAMES
                    .iter()
                    .find_map(|(known, field, _)| (*known == name).then_some(*field))
            })
            .collect::<Vec<_>>();
        let missing = Field::NAMES.iter().find_map(|(name, field, needed)| {
            (*needed && !columns.contains(&Some(*field))).then_some(*name)
        });
        self.missing = self.missing.or(missing);
        self.columns = missing.is_none().then_some(columns);
    }
}

/// Why a line is no request.
enum Unreadable {
    TooShort,
    Value,
}

fn entry<'l>(
    line: &'l str,
    columns: &[Option<Field>],
    day: &mut (String, i64),
) -> Result<Entry<'l>, Unreadable> {
    let mut entry = Entry {
        at: 0,
        edge_location: "",
        bytes: 0,
        received: 0,
        method: "",
        status: 0,
        result: "",
        user_agent: "",
        is_encrypted: true,
        taken: 0,
    };
    let mut columns = columns.iter();
    for (value, column) in line.split('\t').zip(columns.by_ref()) {
        let Some(field) = column else { continue };
        match field {
            Field::Date => entry.at += date(value, day).ok_or(Unreadable::Value)?,
            Field::Time => entry.at += time(value).ok_or(Unreadable::Value)?,
            Field::EdgeLocation => entry.edge_location = value,
            Field::Bytes => entry.bytes = number(value)?,
            Field::Received => entry.received = number(value)?,
            Field::Method => entry.method = value,
            Field::Status => entry.status = status(value).ok_or(Unreadable::Value)?,
            Field::Result => entry.result = value,
            Field::UserAgent => entry.user_agent = if value == "-" { "" } else { value },
            Field::Protocol => entry.is_encrypted = value != "http",
            Field::Taken => entry.taken = seconds(value).ok_or(Unreadable::Value)?,
        }
    }
    if columns.next().is_some() {
        return Err(Unreadable::TooShort);
    }
    Ok(entry)
}

/// A number of bytes; `-` where there is none.
fn number(value: &str) -> Result<u64, Unreadable> {
    match value {
        "-" => Ok(0),
        _ => value.parse().map_err(|_| Unreadable::Value),
    }
}

/// A status: three digits, or `-` for none.
fn status(value: &str) -> Option<u16> {
    match value {
        "-" => Some(0),
        _ => value.parse().ok().filter(|status| *status < 1_000),
    }
}

/// Seconds with a fraction, as µs.
fn seconds(value: &str) -> Option<u64> {
    let seconds: f64 = value.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in range"
    )]
    (0.0..=1e9)
        .contains(&seconds)
        .then_some((seconds * 1e6).round() as u64)
}

/// The seconds since 1970 at which a date begins. The newest is kept: a log has few.
fn date(value: &str, day: &mut (String, i64)) -> Option<i64> {
    if day.0 != value {
        *day = (value.to_owned(), days_since_1970(value)? * 86_400);
    }
    Some(day.1)
}

/// The days from 1970 to a date `YYYY-MM-DD` of the Gregorian calendar.
fn days_since_1970(date: &str) -> Option<i64> {
    /// Days from 1 March of the year 0 to 1 January 1970.
    const EPOCH: i64 = 719_468;
    let digits = |range: std::ops::Range<usize>| -> Option<i64> {
        let part = date.get(range)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    let separated = date.len() == 10 && date.get(4..5) == Some("-") && date.get(7..8) == Some("-");
    if !separated || year < 1970 || !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - EPOCH)
}

/// The seconds of a day, of `HH:MM:SS`.
fn time(value: &str) -> Option<i64> {
    let mut parts = value.splitn(3, ':').map(|part| {
        Some(part)
            .filter(|part| part.len() == 2)
            .and_then(|part| part.parse::<u8>().ok())
    });
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    (hours < 24 && minutes < 60 && seconds <= 60)
        .then(|| i64::from(hours) * 3_600 + i64::from(minutes) * 60 + i64::from(seconds))
}
