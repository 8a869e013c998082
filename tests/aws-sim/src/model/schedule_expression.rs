//! Schedule expressions: `at(…)`, `rate(…)` and `cron(…)`, as EventBridge, its Scheduler and Application Auto Scaling
//! read them.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::clock::Moment;

/// How often a time is looked for that a clock change has left out.
const SKIPPED_AT_MOST: usize = 4;

/// When something shall happen.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    /// Once, at a time of the schedule's time zone.
    At(NaiveDateTime),
    /// Again and again after a span of time.
    Rate(TimeDelta),
    /// By the calendar of the schedule's time zone.
    Cron(Box<Cron>),
}

impl Expression {
    /// Reads an expression; none if AWS would not take it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        match kind {
            "at" => NaiveDateTime::parse_from_str(inner, "%Y-%m-%dT%H:%M:%S").ok().map(Self::At),
            "rate" => parse_rate(inner).map(Self::Rate),
            "cron" => parse_cron(inner).map(|cron| Self::Cron(Box::new(cron))),
            _ => None,
        }
    }

    pub(crate) fn is_once(&self) -> bool {
        matches!(self, Self::At(_))
    }

    /// The first time after `after`; a rate counts from `anchor`. None if it never happens again.
    pub(crate) fn next(&self, after: Moment, anchor: Moment, zone: Tz) -> Option<Moment> {
        match self {
            Self::At(local) => zone.from_local_datetime(local).earliest().map(utc).filter(|at| *at > after),
            Self::Rate(every) => {
                let passed = (after - anchor).num_milliseconds().max(-1);
                let periods = passed.div_euclid(every.num_milliseconds()) + 1;
                Some(anchor + TimeDelta::milliseconds(periods * every.num_milliseconds()))
            }
            Self::Cron(cron) => next_by_calendar(cron, after, zone),
        }
    }
}

/// A time that the change to summer time leaves out is skipped, and not made up for.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#time-zones>
fn next_by_calendar(cron: &Cron, after: Moment, zone: Tz) -> Option<Moment> {
    let mut from = after.with_timezone(&zone);
    for _ in 0..SKIPPED_AT_MOST {
        let next = cron.find_next_occurrence(&from, false).ok()?;
        if cron.is_time_matching(&next).ok()? {
            return Some(utc(next));
        }
        from = next;
    }
    None
}

fn utc(at: DateTime<Tz>) -> Moment {
    at.with_timezone(&Utc)
}

/// `5 minutes`: the unit is singular for one and plural for more.
fn parse_rate(text: &str) -> Option<TimeDelta> {
    let (value, unit) = text.split_once(' ')?;
    let count: i32 = value.parse().ok().filter(|count| *count > 0)?;
    let (one, is_plural) = unit.strip_suffix('s').map_or((unit, false), |one| (one, true));
    if is_plural != (count > 1) {
        return None;
    }
    match one {
        "minute" => Some(TimeDelta::minutes(count.into())),
        "hour" => Some(TimeDelta::hours(count.into())),
        "day" => Some(TimeDelta::days(count.into())),
        _ => None,
    }
}

/// Six fields: minutes, hours, day of month, month, day of week, year. One of the two days must be `?`.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
fn parse_cron(text: &str) -> Option<Cron> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let &[minutes, hours, day, month, weekday, year] = fields.as_slice() else { return None };
    let elsewhere = [minutes, hours, month, year].iter().any(|field| field.contains('?'));
    if (day == "?") == (weekday == "?") || elsewhere {
        return None;
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    // What is not said is every day: the parser has the other of the two decide then.
    let [day, weekday] = [day, weekday].map(|field| if field == "?" { "*" } else { field });
    parser.parse(&format!("0 {minutes} {hours} {day} {month} {weekday} {year}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn runs(expression: &str, from: &str, zone: Tz, count: usize) -> Vec<String> {
        let expression = Expression::parse(expression).unwrap();
        let anchor = moment(from);
        let times = std::iter::successors(Some(anchor), |last| expression.next(*last, anchor, zone));
        times.skip(1).take(count).map(|at| at.format("%F %R").to_string()).collect()
    }

    #[test]
    fn calendars_have_weekdays_from_sunday_last_days_and_years() {
        let zone = Tz::UTC;
        assert_eq!(runs("cron(0 10 ? * 1 *)", "2026-11-24T00:00:00Z", zone, 1), ["2026-11-29 10:00"]);
        assert_eq!(runs("cron(15 10 L * ? *)", "2026-11-24T00:00:00Z", zone, 1), ["2026-11-30 10:15"]);
        assert_eq!(runs("cron(0 8 ? * 2#1 *)", "2026-11-24T00:00:00Z", zone, 1), ["2026-12-07 08:00"]);
        assert_eq!(runs("cron(0 9 15W * ? *)", "2026-11-01T00:00:00Z", zone, 1), ["2026-11-16 09:00"]);
        assert_eq!(
            runs("cron(0/20 10-11 ? * MON-FRI 2027)", "2026-11-24T00:00:00Z", zone, 4),
            ["2027-01-01 10:00", "2027-01-01 10:20", "2027-01-01 10:40", "2027-01-01 11:00"]
        );
        assert!(runs("cron(0 0 1 1 ? 2020)", "2026-11-24T00:00:00Z", zone, 1).is_empty());
    }

    #[test]
    fn a_time_that_a_clock_change_leaves_out_is_skipped_and_one_that_comes_twice_runs_once() {
        let zone = Tz::Europe__Madrid;
        let spring = runs("cron(30 2 * * ? *)", "2026-03-28T00:00:00Z", zone, 2);
        assert_eq!(spring, ["2026-03-28 01:30", "2026-03-30 00:30"]);
        let autumn = runs("cron(30 2 * * ? *)", "2026-10-24T01:00:00Z", zone, 2);
        assert_eq!(autumn, ["2026-10-25 00:30", "2026-10-26 01:30"]);
    }

    #[test]
    fn rates_count_from_their_beginning_and_times_come_once() {
        let rate = runs("rate(90 minutes)", "2026-11-24T00:10:00Z", Tz::UTC, 2);
        assert_eq!(rate, ["2026-11-24 01:40", "2026-11-24 03:10"]);
        let once = runs("at(2026-11-24T10:00:00)", "2026-11-24T00:00:00Z", Tz::Asia__Tokyo, 2);
        assert_eq!(once, ["2026-11-24 01:00"]);
    }

    #[test]
    fn what_aws_does_not_take_is_none() {
        let wrong = [
            "",
            "rate(5 minute)",
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(-5 minutes)",
            "rate(5 seconds)",
            "cron(0 10 * * * *)",
            "cron(0 10 ? * ? *)",
            "cron(0 10 * * ?)",
            "cron(60 10 * * ? *)",
            "cron(? 10 * * ? *)",
            "at(2026-11-24)",
            "at(2026-11-24T10:00:00Z)",
            "every(5 minutes)",
            "rate(5 minutes",
        ];
        for text in wrong {
            assert!(Expression::parse(text).is_none(), "{text}");
        }
    }
}
