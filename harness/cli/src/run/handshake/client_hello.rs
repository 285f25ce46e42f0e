//! `ClientHello` (RFC 5246, section 7.4.1.2; RFC 8446, section 4.1.2).

use greenroom_model::exchange::TlsVersion;

/// Bytes that no two hellos share.
#[derive(Clone, Debug, Default)]
pub(super) struct Random {
    /// `random`.
    pub(super) hello: [u8; 32],
    /// `legacy_session_id`, of 1.3 only (RFC 8446, appendix D.4).
    pub(super) session: [u8; 32],
    /// A key share of X25519, for which any 32 bytes will do (RFC 7748, section 5). Its secret
    /// is nobody's: the handshake ends with the server's first message.
    pub(super) share: [u8; 32],
}

/// The version as it goes on the wire.
pub(super) fn number(version: TlsVersion) -> u16 {
    match version {
        TlsVersion::Tls10 => 0x0301,
        TlsVersion::Tls11 => 0x0302,
        TlsVersion::Tls12 => 0x0303,
        TlsVersion::Tls13 => 0x0304,
    }
}

const HANDSHAKE_RECORD: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// Of 1.3 (RFC 8446, appendix B.4).
const SUITES_13: &[u16] = &[0x1301, 0x1302, 0x1303];
/// AES-GCM and `ChaCha20` with ECDHE, and AES-GCM with RSA, which came with 1.2 (RFC 5289,
/// RFC 7905, RFC 5288).
const SUITES_12: &[u16] = &[
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009c, 0x009d,
];
/// AES-CBC with SHA-1, of any version below 1.3, and 3DES (RFC 4492, RFC 5246 and before), so
/// that an old server is not lost for want of a suite.
const SUITES_BEFORE: &[u16] = &[0xc009, 0xc013, 0xc00a, 0xc014, 0x002f, 0x0035, 0x000a];
/// `TLS_EMPTY_RENEGOTIATION_INFO_SCSV` (RFC 5746, section 3.3): some servers insist on it.
const RENEGOTIATION_INFO: u16 = 0x00ff;

/// X25519, P-256, P-384 (RFC 8422, section 5.1.1).
const X25519: u16 = 0x001d;
const GROUPS: &[u16] = &[X25519, 0x0017, 0x0018];
/// ECDSA, RSA-PSS and RSA with SHA-2, and RSA with SHA-1 (RFC 8446, section 4.2.3).
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201,
];

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
pub(super) const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// One record with a `ClientHello` for `host` that offers `version` and none after it.
///
/// `TLS_FALLBACK_SCSV` (RFC 7507) is left out: nothing was tried before this, so it is no
/// fallback.
pub(super) fn client_hello(host: &str, version: TlsVersion, random: &Random) -> Vec<u8> {
    let is_13 = version == TlsVersion::Tls13;
    let suites: Vec<u16> = match version {
        TlsVersion::Tls13 => SUITES_13.to_vec(),
        TlsVersion::Tls12 => [SUITES_12, SUITES_BEFORE, &[RENEGOTIATION_INFO]].concat(),
        TlsVersion::Tls10 | TlsVersion::Tls11 => [SUITES_BEFORE, &[RENEGOTIATION_INFO]].concat(),
    };
    // 1.3 calls itself 1.2 here and tells the truth in `supported_versions`.
    let legacy = number(version.min(TlsVersion::Tls12));
    let mut hello = Vec::new();
    hello.extend(legacy.to_be_bytes());
    hello.extend(random.hello);
    let session: &[u8] = if is_13 { &random.session } else { &[] };
    counted::<1>(&mut hello, |hello| hello.extend(session));
    counted::<2>(&mut hello, |hello| shorts(hello, &suites));
    // No compression (RFC 3749 has others, which nobody should speak).
    counted::<1>(&mut hello, |hello| hello.push(0));
    counted::<2>(&mut hello, |hello| extensions(hello, host, version, random));

    let mut message = vec![CLIENT_HELLO];
    counted::<3>(&mut message, |message| message.extend(hello));
    let mut record = vec![HANDSHAKE_RECORD];
    // RFC 8446, section 5.1, allows 1.0 for a first hello, which old servers read best; some
    // that offer 1.0 alone want it to be no more.
    record.extend(number(TlsVersion::Tls10).to_be_bytes());
    counted::<2>(&mut record, |record| record.extend(message));
    record
}

fn extensions(into: &mut Vec<u8>, host: &str, version: TlsVersion, random: &Random) {
    let mut extension = |kind: u16, data: &dyn Fn(&mut Vec<u8>)| {
        into.extend(kind.to_be_bytes());
        counted::<2>(into, |into| data(into));
    };
    // Addresses have no server name (RFC 6066, section 3).
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<std::net::IpAddr>().is_err() {
        extension(SERVER_NAME, &|into| {
            counted::<2>(into, |into| {
                into.push(0);
                counted::<2>(into, |into| into.extend(host.as_bytes()));
            });
        });
    }
    extension(SUPPORTED_GROUPS, &|into| {
        counted::<2>(into, |into| shorts(into, GROUPS));
    });
    if version < TlsVersion::Tls13 {
        extension(EC_POINT_FORMATS, &|into| {
            counted::<1>(into, |into| into.push(0));
        });
    }
    // RFC 5246, section 7.4.1.4.1: not before 1.2.
    if version >= TlsVersion::Tls12 {
        extension(SIGNATURE_ALGORITHMS, &|into| {
            counted::<2>(into, |into| shorts(into, SIGNATURES));
        });
    }
    if version == TlsVersion::Tls13 {
        extension(SUPPORTED_VERSIONS, &|into| {
            counted::<1>(into, |into| shorts(into, &[number(version)]));
        });
        extension(KEY_SHARE, &|into| {
            counted::<2>(into, |into| {
                shorts(into, &[X25519]);
                counted::<2>(into, |into| into.extend(random.share));
            });
        });
    }
}

fn shorts(into: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        into.extend(number.to_be_bytes());
    }
}

/// Appends what `fill` appends, behind its length in `N` bytes. A host name is at most 253
/// characters (RFC 1035), so no length here is too long for its field; one that were would be cut
/// down to the field, and the server would refuse it.
fn counted<const N: usize>(into: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = into.len();
    into.extend([0; N]);
    fill(into);
    let length = (into.len() - at - N).to_be_bytes();
    into[at..at + N].copy_from_slice(&length[length.len() - N..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustls::server::Acceptor;

    /// What the TLS library, which reads hellos of any version, finds in this one.
    fn read_back(hello: &[u8]) -> rustls::server::Accepted {
        let mut acceptor = Acceptor::default();
        let mut rest = hello;
        while !rest.is_empty() {
            acceptor.read_tls(&mut rest).unwrap();
        }
        acceptor
            .accept()
            .map_err(|(error, _)| error)
            .unwrap()
            .expect("the hello is not whole")
    }

    proptest! {
        #[test]
        fn a_hello_is_well_formed(
            host in "[a-z]{1,20}(\\.[a-z]{1,20}){1,6}",
            hello: [u8; 32],
            session: [u8; 32],
            share: [u8; 32],
        ) {
            let random = Random { hello, session, share };
            for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
                let record = client_hello(&host, version, &random);
                let accepted = read_back(&record);
                let read = accepted.client_hello();
                prop_assert_eq!(read.server_name(), Some(host.as_str()));
            }
            for version in [TlsVersion::Tls10, TlsVersion::Tls11] {
                let record = client_hello(&host, version, &random);
                // The version of the message, behind the heads of record and message.
                prop_assert_eq!(&record[9..11], &number(version).to_be_bytes());
                prop_assert_eq!(usize::from(u16::from_be_bytes([record[3], record[4]])), record.len() - 5);
            }
        }
    }

    #[test]
    fn an_address_is_no_server_name() {
        let random = Random::default();
        let named = client_hello("cdn.example", TlsVersion::Tls11, &random);
        for host in ["127.0.0.1", "[::1]"] {
            let bare = client_hello(host, TlsVersion::Tls11, &random);
            // The extension's head, the list's, the entry's and the name itself.
            assert_eq!(named.len() - bare.len(), 9 + "cdn.example".len());
        }
    }
}
