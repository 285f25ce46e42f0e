//! Carrying out a plan of HTTP requests.

use greenroom_core::checks;
use greenroom_core::journal::{ExchangeOutcome, ExchangeRecord, Record};
use greenroom_core::plan::Request;
use greenroom_core::results::Outcome;
use greenroom_model::{Exchange, Header};

use super::exchange::Requester;
use super::standing::RequestStanding;
use super::{RunContext, Stopped};

/// Sends the requests in order, from the first that the journal has not seen through.
pub(crate) async fn carry_out(
    run: &mut RunContext,
    requester: &Requester,
    plan: usize,
    requests: &[Request],
    standing: RequestStanding,
) -> Result<(), Stopped> {
    let RequestStanding {
        done,
        mut tries,
        mut previous,
    } = standing;
    run.progress.begin("requests", requests.len() as u64);
    for (index, request) in requests.iter().enumerate().skip(done) {
        for attempt in std::mem::take(&mut tries) + 1..=request.attempts.max(1) {
            let outcome = match with_previous(&request.headers, previous.as_ref()) {
                Ok(headers) => run.or_signal(requester.send(request, &headers)).await?,
                Err(missing) => ExchangeOutcome::NotSent(missing),
            };
            let satisfied = match &outcome {
                ExchangeOutcome::Answer(exchange) => holds(request, exchange),
                ExchangeOutcome::Failure(_) | ExchangeOutcome::NotSent(_) => false,
            };
            if let ExchangeOutcome::Answer(exchange) = &outcome {
                previous = Some(exchange.clone());
            }
            run.append(&Record::Exchange(Box::new(ExchangeRecord {
                plan,
                request: index,
                attempt,
                at_ms: run.at_ms(),
                outcome,
            })))?;
            if satisfied {
                break;
            }
        }
        run.progress.step(index as u64 + 1, &request.title);
    }
    Ok(())
}

/// Whether an answer meets every expectation, so that no further try is needed.
pub(crate) fn holds(request: &Request, exchange: &Exchange) -> bool {
    request
        .checks
        .iter()
        .all(|asked| checks::check(&asked.check, exchange).outcome == Outcome::Pass)
}

/// Fills in `${previous.NAME}` from the answer before; an absent header is named.
fn with_previous(headers: &[Header], previous: Option<&Exchange>) -> Result<Vec<Header>, String> {
    headers
        .iter()
        .map(|header| {
            let mut value = String::new();
            let mut rest = header.value.as_str();
            while let Some((before, after)) = rest.split_once("${previous.") {
                let Some((name, behind)) = after.split_once('}') else {
                    break;
                };
                value.push_str(before);
                let found = previous
                    .and_then(|answer| answer.headers.iter().find(|field| field.name == name))
                    .ok_or_else(|| {
                        format!(
                            "the answer before had no `{name}` to send as `{}`",
                            header.name
                        )
                    })?;
                value.push_str(&found.value);
                rest = behind;
            }
            value.push_str(rest);
            Ok(Header {
                name: header.name.clone(),
                value,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    fn answer(headers: Vec<Header>) -> Exchange {
        Exchange {
            method: "GET".to_owned(),
            url: String::new(),
            request_headers: vec![],
            status: 200,
            protocol: "h2".to_owned(),
            headers,
            body_bytes: 0,
            decoded_bytes: 0,
            integrity: String::new(),
            body_start: String::new(),
            decode_error: None,
            time_to_headers_ms: 0.0,
            duration_ms: 0.0,
        }
    }

    #[test]
    fn the_header_of_the_answer_before_is_sent() {
        let before = answer(vec![header("etag", "\"abc\"")]);
        let sent = with_previous(
            &[header("if-none-match", "${previous.etag}, \"x\"")],
            Some(&before),
        );
        assert_eq!(sent.unwrap()[0].value, "\"abc\", \"x\"");
        let missing = with_previous(&[header("if-none-match", "${previous.etag}")], None);
        assert!(missing.unwrap_err().contains("etag"));
    }
}
