//! The SDK and a page load with it that went well, for the tests of whatever looks at one.

use greenroom_model::load::{ChannelMessage, LoadEnd, NetworkRequest, SdkPresence};
use greenroom_model::timing::{DocumentTiming, ResourceTiming};
use greenroom_model::{PageLoad, SdkManifest};

pub(crate) const SDK_URL: &str = "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js";
pub(crate) const BYTES: u64 = 1_157_837;

pub(crate) fn manifest() -> SdkManifest {
    SdkManifest {
        package: "amazon-chime-sdk-js".to_owned(),
        version: "3.20.0".to_owned(),
        file: "chime-sdk-3.20.0.min.js".to_owned(),
        bytes: BYTES,
        sha256: String::new(),
        integrity: "sha384-x".to_owned(),
        global: "ChimeSDK".to_owned(),
        symbols: vec!["DefaultMeetingSession".to_owned()],
        ready_symbol: "DefaultMeetingSession".to_owned(),
        version_expression: "Versioning.sdkVersion".to_owned(),
    }
}

/// A CDN load that went well.
pub(crate) fn cdn_load() -> PageLoad {
    PageLoad {
        ended: LoadEnd::Ready,
        sdk_ready_ms: Some(252.0),
        channel: vec![sent(252.0, "SDK_READY")],
        origin: "https://app.medzen.example".to_owned(),
        secure_context: true,
        document: Some(DocumentTiming {
            dom_interactive: 255.0,
            load_event_start: 256.0,
            load_event_end: 257.0,
            ..DocumentTiming::default()
        }),
        script: Some(ResourceTiming {
            name: SDK_URL.to_owned(),
            start_time: 12.0,
            request_start: 20.0,
            response_start: 24.0,
            response_end: 61.0,
            transfer_size: 227_000,
            decoded_body_size: BYTES,
            ..ResourceTiming::default()
        }),
        sdk: SdkPresence {
            type_of_global: "object".to_owned(),
            type_of_ready_symbol: "function".to_owned(),
            missing_symbols: Vec::new(),
            version: Some("3.20.0".to_owned()),
        },
        network: vec![
            NetworkRequest {
                url: "https://app.medzen.example/meeting".to_owned(),
                resource_type: "Document".to_owned(),
                status: Some(200),
                end_ms: Some(10.0),
                ..NetworkRequest::default()
            },
            script_request(Some(200)),
        ],
        ..PageLoad::default()
    }
}

pub(crate) fn script_request(status: Option<u16>) -> NetworkRequest {
    NetworkRequest {
        url: SDK_URL.to_owned(),
        resource_type: "Script".to_owned(),
        status,
        mime_type: Some("application/javascript".to_owned()),
        end_ms: Some(61.0),
        encoded_data_length: 227_000,
        ..NetworkRequest::default()
    }
}

pub(crate) fn sent(at_ms: f64, message: &str) -> ChannelMessage {
    ChannelMessage {
        at_ms,
        message: message.to_owned(),
    }
}
