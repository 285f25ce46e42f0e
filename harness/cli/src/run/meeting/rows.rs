//! Asking the database, until it says what is expected of it.

use std::time::{Duration, Instant};

use greenroom_core::journal::RowsOutcome;
use greenroom_core::meeting::rows;
use greenroom_core::plan::{AskedRows, MeetingName};

use super::stage::Stage;
use crate::run::Stopped;

/// Rows are written beside the call: they may come this long after what is seen of it.
const LIMIT: Duration = Duration::from_secs(5);
/// Between two tries.
const AGAIN: Duration = Duration::from_millis(100);

/// Until when rows may come that are asked for from now on.
pub(super) fn deadline() -> Instant {
    Instant::now() + LIMIT
}

/// The rows as expected, or what there was at the deadline.
pub(super) async fn ask(
    stage: &mut Stage<'_>,
    asked: &AskedRows,
    deadline: Instant,
) -> Result<RowsOutcome, Stopped> {
    let mut values = Vec::new();
    for name in &asked.parameters {
        let (word, value) = match name {
            MeetingName::SessionId => ("session.id", stage.session_id()),
            MeetingName::MeetingId => ("meeting.id", stage.meeting_id()),
            MeetingName::AppointmentId => (
                "appointment.id",
                Some(stage.access.appointment_id().to_owned()),
            ),
        };
        let Some(value) = value else {
            return Ok(RowsOutcome::NotAsked(format!(
                "the token service never said `{word}`"
            )));
        };
        values.push(value);
    }
    loop {
        let outcome = stage.access.query(&asked.sql, &values);
        let outcome = stage.run.or_signal(outcome).await?;
        let over = match &outcome {
            RowsOutcome::Rows(found) => rows::difference(&asked.rows, found).is_none(),
            RowsOutcome::Refused { .. } | RowsOutcome::NotAsked(_) => true,
        };
        if over || Instant::now() >= deadline {
            return Ok(outcome);
        }
        stage.run.or_signal(tokio::time::sleep(AGAIN)).await?;
    }
}
