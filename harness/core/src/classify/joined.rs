//! Whether a load that was to end in a call got there.

use greenroom_model::PageLoad;

use super::Classified;
use crate::figures::quoted;
use crate::journal::Classification;

/// Turns a load whose SDK was ready, and whose page never got into the call, into
/// [`Classification::NotConnected`], with the page's own last word on it. A load that failed
/// before that keeps its cause.
pub fn check_joined(classified: Classified, load: &PageLoad) -> Classified {
    let got_so_far = matches!(
        classified.classification,
        Classification::Ready | Classification::Slow
    );
    if !got_so_far || load.connected_ms.is_some() {
        return classified;
    }
    let said = load
        .channel
        .iter()
        .rev()
        .find(|sent| sent.message.contains("_ERROR"))
        .map_or_else(
            || "it posted no error".to_owned(),
            |sent| format!("it posted `{}`", quoted(&sent.message)),
        );
    Classified::because(
        Classification::NotConnected,
        format!("the SDK was ready, and the page never got into the call: {said}"),
    )
}

#[cfg(test)]
mod tests {
    use greenroom_model::load::ChannelMessage;

    use super::*;

    fn load(connected_ms: Option<f64>) -> PageLoad {
        PageLoad {
            connected_ms,
            channel: vec![ChannelMessage {
                at_ms: 1.0,
                message: "JOIN_ERROR: 404 NO_ACTIVE_CALL".to_owned(),
            }],
            ..PageLoad::default()
        }
    }

    #[test]
    fn a_page_outside_of_the_call_is_not_connected() {
        let found = check_joined(Classified::READY, &load(None));
        assert_eq!(found.classification, Classification::NotConnected);
        assert!(found.reason.unwrap().contains("404 NO_ACTIVE_CALL"));
        let found = check_joined(Classified::READY, &load(Some(900.0)));
        assert_eq!(found.classification, Classification::Ready);
    }

    #[test]
    fn what_failed_before_keeps_its_cause() {
        let blocked = Classified::because(Classification::Blocked, "CORS");
        let found = check_joined(blocked, &load(None));
        assert_eq!(found.classification, Classification::Blocked);
    }
}
