//! The HTML report: one file without scripts, fonts or network.

use greenroom_core::results::Results;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, HtmlEscape, UndefinedBehavior};

use crate::context::Page;
use crate::error::RenderError;

/// Templates by name. The name's ending decides the escaping: `.html` escapes every value, and
/// no template switches that off; [`prose`] escapes what it is given before it adds to it. The
/// style sheet holds no value at all.
const TEMPLATES: [(&str, &str); 6] = [
    ("report.html", include_str!("templates/report.html")),
    ("comparison.html", include_str!("templates/comparison.html")),
    ("meeting.html", include_str!("templates/meeting.html")),
    ("requests.html", include_str!("templates/requests.html")),
    ("marks.html", include_str!("templates/marks.html")),
    ("report.css", include_str!("templates/report.css")),
];

/// The report as one HTML document that opens from `file://`, in any browser, offline.
///
/// # Errors
/// [`RenderError::Html`] if a template asks for what its context does not have.
pub fn html(results: &Results) -> Result<String, RenderError> {
    rendered(&Page::of(results)).map_err(RenderError::Html)
}

fn rendered(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_filter("prose", prose);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    environment
        .get_template("report.html")?
        .render(Value::from(Serde(page)))
}

/// A sentence in which what stands between two backticks is set as code.
#[expect(clippy::needless_pass_by_value, reason = "as a filter takes it")]
fn prose(sentence: String) -> Value {
    let escaped = HtmlEscape(&sentence).to_string();
    let mut text = String::with_capacity(escaped.len());
    let mut rest = escaped.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`') else {
            break;
        };
        text.extend([before, "<code>", code, "</code>"]);
        rest = behind;
    }
    text.push_str(rest);
    Value::from_safe_string(text)
}

#[cfg(test)]
mod tests {
    use greenroom_core::journal::TargetKind;
    use greenroom_core::plan::SampleMetric;
    use greenroom_core::results::{Interval, Outcome, Quantile};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::sample::{HOSTILE, results_with_loads, sample_results};

    /// The context without what is long and tested elsewhere: marks and most loads.
    fn shortened(value: &mut Json) {
        match value {
            Json::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Json::Array(items) if name == "marks" => {
                            *field = json!(format!("{} marks", items.len()));
                        }
                        Json::Array(items) if name == "rows" => items.truncate(3),
                        _ => shortened(field),
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(shortened),
            _ => {}
        }
    }

    #[test]
    fn the_context_holds_what_the_report_says() {
        let mut context = serde_json::to_value(Page::of(&sample_results())).unwrap();
        context["glossary"] = json!("its own file");
        shortened(&mut context);
        insta::assert_json_snapshot!(context);
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_more() {
        for (sentence, page) in [
            ("plain", "plain"),
            ("`a` and `b`.", "<code>a</code> and <code>b</code>."),
            ("one ` alone", "one ` alone"),
            (
                "`<i>` & `<b`",
                "<code>&lt;i&gt;</code> &amp; <code>&lt;b</code>",
            ),
        ] {
            assert_eq!(prose(sentence.to_owned()).to_string(), page);
        }
    }

    #[test]
    fn no_text_of_others_becomes_markup() {
        let page = html(&sample_results()).unwrap();
        assert!(
            page.contains("&lt;script&gt;alert(&quot;1&quot;)"),
            "it is shown as text"
        );
        for markup in [
            "<script",
            "<img",
            "onerror='",
            "\u{7}",
            "\u{202e}",
            "alert(\"1\")",
        ] {
            assert!(!page.contains(markup), "{markup:?} is in the page");
        }
    }

    #[test]
    fn every_text_that_others_wrote_is_escaped_wherever_it_stands() {
        let harmless = serde_json::to_string(&sample_results()).unwrap();
        let value: Json = serde_json::from_str(&harmless).unwrap();
        let tags = |page: &str| page.matches('<').count();
        let expected = tags(&html(&sample_results()).unwrap());
        // Names of enum variants cannot be replaced; every other string is.
        let mut hostile = value.clone();
        let mut replaced = 0;
        replace_texts(&mut hostile, &mut replaced);
        let hostile: Results = serde_json::from_value(hostile).unwrap();
        assert!(replaced > 100, "{replaced} texts");
        let page = html(&hostile).unwrap();
        assert!(!page.contains("<i>"), "a text became markup");
        assert!(
            tags(&page) <= expected + 50,
            "{} tags, {expected} before",
            tags(&page)
        );
    }

    /// Appends markup to every string that is not the name of a variant.
    fn replace_texts(value: &mut Json, replaced: &mut usize) {
        const VARIANTS: [&str; 15] = [
            "arm",
            "metric",
            "variant",
            "classification",
            "classifications",
            "outcome",
            "standing",
            "answer",
            "stopped",
            "stop",
            "kind",
            "ended",
            "delivery",
            "cache",
            "name",
        ];
        match value {
            Json::Object(fields) => {
                for (name, field) in fields {
                    if !VARIANTS.contains(&name.as_str()) {
                        replace_texts(field, replaced);
                    }
                }
            }
            Json::Array(items) => items
                .iter_mut()
                .for_each(|item| replace_texts(item, replaced)),
            Json::String(text) => {
                text.push_str("\"'><i>");
                *replaced += 1;
            }
            _ => {}
        }
    }

    #[test]
    fn the_page_needs_nothing_but_itself() {
        let page = html(&sample_results()).unwrap();
        assert!(
            page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:")
        );
        for outside in [
            " src=\"",
            "url(",
            "@import",
            "<link",
            "href=\"http",
            "javascript:",
        ] {
            assert!(!page.contains(outside), "{outside:?} is in the page");
        }
    }

    #[test]
    fn no_template_switches_escaping_off() {
        for (name, source) in TEMPLATES {
            for switch in ["safe", "autoescape", "tojson"] {
                let words = source.split(|c: char| !c.is_ascii_alphabetic());
                assert!(
                    !words.into_iter().any(|word| word == switch),
                    "{switch} in {name}"
                );
            }
        }
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let page = html(&sample_results()).unwrap();
        let mut links = 0;
        for (at, _) in page.match_indices("href=\"#") {
            let target = page[at + 7..].split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{target}\"")), "#{target}");
            links += 1;
        }
        let ids: Vec<_> = page
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next())
            .collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "an id stands for one thing");
        assert!(links > 8, "{links} links");
    }

    #[test]
    fn what_is_not_a_number_is_never_printed() {
        let mut results = sample_results();
        results.duration_ms = f64::NAN;
        let comparison = &mut results.scenarios[0].comparisons[1];
        comparison.decision.ratio = Some(f64::NAN);
        comparison.decision.shift_ms = Some(f64::NEG_INFINITY);
        comparison.decision.interval = Some(Interval {
            lo: 0.0,
            hi: f64::INFINITY,
        });
        comparison.candidate.p50 = Some(Quantile::Value(f64::NAN));
        comparison.candidate.p95 = Some(Quantile::Above(f64::INFINITY));
        comparison.candidate.failures_upper = f64::NAN;
        comparison.candidate.medians.script_ms = Some(f64::NAN);
        comparison.candidate.phases[1].median_ms = f64::INFINITY;
        comparison.samples[3].sdk_ready_ms = Some(f64::NAN);
        comparison.samples[4].sdk_ready_ms = Some(f64::INFINITY);
        for text in [
            html(&results).unwrap(),
            crate::markdown(&results),
            crate::summary(&results),
            crate::junit(&results).unwrap(),
        ] {
            let words = text.split(|c: char| !c.is_alphabetic());
            for word in words {
                let word = word.to_lowercase();
                assert!(
                    !["nan", "inf", "infinity"].contains(&word.as_str()),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn a_local_pass_is_not_worded_as_leave_to_ship() {
        let mut results = sample_results();
        results.outcome = Outcome::Pass;
        let local = html(&results).unwrap();
        assert!(local.contains("Passed on the local stack"));
        assert!(local.contains("an emulation on one machine"));
        for word in ["ship", "release", "go ahead", "safe to deploy"] {
            assert!(!local.to_lowercase().contains(word), "{word}");
        }
        results.target.kind = TargetKind::Deployed;
        let deployed = html(&results).unwrap();
        assert!(!deployed.contains("an emulation on one machine"));
        assert!(deployed.contains("--sdk-url"));
    }

    #[test]
    fn a_comparison_of_connected_says_so() {
        let mut results = sample_results();
        for comparison in &mut results.scenarios[0].comparisons {
            comparison.metric = SampleMetric::Connected;
            for sample in &mut comparison.samples {
                sample.connected_ms = sample.sdk_ready_ms.map(|ms| ms + 777.0);
            }
        }
        let page = html(&results).unwrap();
        for words in [
            "Time until the page is in the call, and failures",
            "Some load never got into the call",
            "Distribution of the time until the page is in the call",
            "<th scope=\"col\">In the call</th>",
        ] {
            assert!(page.contains(words), "{words:?} is not in the page");
        }
        assert!(!page.contains("ime until the SDK is ready"));
        let summary = crate::markdown(&results);
        assert!(summary.contains("### Time until the page is in the call"));
        assert!(!summary.contains("### Time until the SDK is ready"));
    }

    #[test]
    fn a_run_of_nothing_is_still_a_report() {
        let mut results = sample_results();
        results.outcome = Outcome::Skipped;
        results.ended = None;
        results.browser = None;
        results.scenarios.clear();
        results.host_load.clear();
        results.headline.answers.clear();
        let page = html(&results).unwrap();
        assert!(page.contains("Nothing was checked") && page.contains("The journal was cut off"));
    }

    #[test]
    fn many_loads_stay_a_file_to_mail() {
        let page = html(&results_with_loads(10_000)).unwrap();
        assert!(page.len() < 4_000_000, "{} bytes", page.len());
        assert!(page.matches("<td>warm-up.").count() >= 2);
        assert!(!page.contains(HOSTILE));
    }
}
