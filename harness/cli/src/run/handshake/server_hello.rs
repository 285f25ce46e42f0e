//! What a server says first: `ServerHello` (RFC 5246, section 7.4.1.3; RFC 8446, section 4.1.3)
//! or an alert (RFC 5246, section 7.2).
//!
//! Invariant: nothing that a peer can send makes this panic, or read on for ever.

use greenroom_model::exchange::{HandshakeAnswer, TlsVersion};

use super::client_hello::{SUPPORTED_VERSIONS, number};

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
/// Level of an alert after which a server may go on.
const WARNING: u8 = 1;
/// `close_notify`: a warning by its level, and the end all the same.
const CLOSE_NOTIFY: u8 = 0;
/// Largest record that TLS has had, bytes (RFC 5246, section 6.2.3).
const LARGEST: usize = (1 << 14) + 2048;

/// The answer in what was received so far; nothing where it needs more.
pub(super) fn read(received: &[u8]) -> Option<HandshakeAnswer> {
    // A message may be cut over several records (RFC 8446, section 5.1).
    let mut message = Vec::new();
    let mut rest = Reader(received);
    loop {
        if !rest.0.is_empty() && !looks_like_a_record(rest.0) {
            return Some(HandshakeAnswer::Unknown("the answer is not TLS".to_owned()));
        }
        let kind = rest.byte()?;
        rest.take(2)?;
        let content = rest.counted::<2>()?;
        if kind == ALERT {
            match *content {
                [WARNING, alert] if alert != CLOSE_NOTIFY => {}
                [_, alert] => return Some(HandshakeAnswer::Alert(alert)),
                _ => return unknown("the answer is an alert that cannot be read"),
            }
        } else {
            message.extend_from_slice(content);
            if let Some(answer) = read_message(&message) {
                return Some(answer);
            }
        }
    }
}

/// Whether these bytes, of which there may be too few, can begin a record.
fn looks_like_a_record(bytes: &[u8]) -> bool {
    let length = match bytes {
        [_, _, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 1,
    };
    matches!(bytes.first(), Some(&(ALERT | HANDSHAKE)))
        && bytes.get(1).is_none_or(|&major| major == 3)
        && (1..=LARGEST).contains(&length)
}

fn read_message(message: &[u8]) -> Option<HandshakeAnswer> {
    let mut message = Reader(message);
    if message.byte()? != SERVER_HELLO {
        return unknown("the first message is no ServerHello");
    }
    let hello = message.counted::<3>()?;
    match version(hello) {
        Some(chosen) => {
            let known = [
                TlsVersion::Tls10,
                TlsVersion::Tls11,
                TlsVersion::Tls12,
                TlsVersion::Tls13,
            ];
            match known.into_iter().find(|&version| number(version) == chosen) {
                Some(version) => Some(HandshakeAnswer::Accepted(version)),
                None => unknown(&format!("the server chose version 0x{chosen:04x}")),
            }
        }
        None => unknown("the ServerHello cannot be read"),
    }
}

/// The version that a whole `ServerHello` chooses: by the extension, where there is one.
fn version(hello: &[u8]) -> Option<u16> {
    let mut hello = Reader(hello);
    let legacy = hello.short()?;
    // `random`.
    hello.take(32)?;
    // The session's id; then suite and compression method.
    hello.counted::<1>()?;
    hello.take(3)?;
    if hello.0.is_empty() {
        return Some(legacy);
    }
    let mut extensions = Reader(hello.counted::<2>()?);
    while !extensions.0.is_empty() {
        let kind = extensions.short()?;
        let data = extensions.counted::<2>()?;
        if kind == SUPPORTED_VERSIONS {
            return Reader(data).short();
        }
    }
    Some(legacy)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer that is known by now, as its callers give it"
)]
fn unknown(reason: &str) -> Option<HandshakeAnswer> {
    Some(HandshakeAnswer::Unknown(reason.to_owned()))
}

/// Bytes from the front; nothing where there are too few.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// What stands behind its length in `N` bytes.
    fn counted<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let length = self
            .take(N)?
            .iter()
            .fold(0, |length, &byte| length << 8 | usize::from(byte));
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A `ServerHello` of `legacy`, with these extensions, in records of at most `piece` bytes.
    fn server_hello(legacy: u16, extensions: Option<&[u8]>, piece: usize) -> Vec<u8> {
        let mut hello = legacy.to_be_bytes().to_vec();
        hello.extend([7; 32]);
        hello.extend([2, 9, 9]);
        hello.extend([0xc0, 0x13, 0]);
        if let Some(extensions) = extensions {
            hello.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
            hello.extend(extensions);
        }
        let length = u32::try_from(hello.len()).unwrap().to_be_bytes();
        let mut message = vec![SERVER_HELLO];
        message.extend(&length[1..]);
        message.extend(hello);
        let mut records = Vec::new();
        for piece in message.chunks(piece) {
            records.extend([HANDSHAKE, 3, 3]);
            records.extend(u16::try_from(piece.len()).unwrap().to_be_bytes());
            records.extend(piece);
        }
        records
    }

    const CHOSE_13: &[u8] = &[0, 11, 0, 1, 0, 0, 43, 0, 2, 3, 4];

    proptest! {
        #[test]
        fn a_hello_is_read_however_it_is_cut(piece in 1_usize..200, after: Vec<u8>) {
            use TlsVersion::{Tls10, Tls11, Tls12, Tls13};
            for (legacy, extensions, version) in [
                (0x0301, None, Tls10),
                (0x0302, Some(&[0xff, 0x01, 0, 1, 0][..]), Tls11),
                (0x0303, None, Tls12),
                (0x0303, Some(CHOSE_13), Tls13),
            ] {
                let whole = server_hello(legacy, extensions, piece);
                for end in 0..whole.len() {
                    prop_assert_eq!(read(&whole[..end]), None);
                }
                let mut received = whole;
                received.extend(&after);
                prop_assert_eq!(read(&received), Some(HandshakeAnswer::Accepted(version)));
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(received: Vec<u8>) {
            let _ = read(&received);
        }

        #[test]
        fn anything_in_a_record_is_read_without_a_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut hello = vec![SERVER_HELLO, 0];
            hello.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            hello.extend(&content);
            let mut record = vec![HANDSHAKE, 3, 3];
            record.extend(u16::try_from(hello.len()).unwrap().to_be_bytes());
            record.extend(hello);
            prop_assert!(read(&record).is_some(), "a whole message wants no more");
        }
    }

    #[test]
    fn what_is_no_tls_is_said_to_be_none_at_once() {
        for text in [
            "H",
            "HTTP/1.1 400 Bad Request\r\n",
            "\x16\x02\x01\x00\x05hello",
        ] {
            let answer = read(text.as_bytes());
            assert!(
                matches!(answer, Some(HandshakeAnswer::Unknown(_))),
                "{text:?} is read as {answer:?}"
            );
        }
        let unheard_of = server_hello(0x0300, None, 100);
        let Some(HandshakeAnswer::Unknown(reason)) = read(&unheard_of) else {
            panic!("SSL 3 is no version of TLS");
        };
        assert!(reason.contains("0x0300"), "{reason}");
    }
}
