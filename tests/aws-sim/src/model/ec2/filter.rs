//! Filters of describing calls: all must match, each by one of its values; `*` and `?` stand for anything.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html>

use super::table::Resource;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The filters of one call.
pub(crate) struct Filters<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Filters<'a> {
    pub(crate) fn read(input: &Input<'a>) -> Self {
        let filters = input.parts("Filter");
        Self(filters.iter().map(|one| (one.text("Name").unwrap_or_default(), one.texts("Value"))).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &[&'a str])> {
        self.0.iter().map(|(name, values)| (*name, values.as_slice()))
    }

    /// Whether a resource matches all of them.
    pub(crate) fn keep<T: Resource>(&self, resource: &T) -> bool {
        self.keep_with(resource.tags(), |name| resource.field(name))
    }

    /// Whether something with these tags, and the values that `field` gives, matches all of them.
    pub(crate) fn keep_with(&self, tags: &Tags, field: impl Fn(&str) -> Option<Vec<String>>) -> bool {
        self.keep_by(|name| match name {
            "tag-key" => Some(tags.iter().map(|(key, _)| key.to_owned()).collect()),
            "tag-value" => Some(tags.iter().map(|(_, value)| value.to_owned()).collect()),
            _ => match name.strip_prefix("tag:") {
                Some(key) => Some(tags.get(key).map(str::to_owned).into_iter().collect()),
                None => field(name),
            },
        })
    }

    /// Whether the values that `field` gives for each filter's name match. Names that no operation knows were refused
    /// before; one that `field` does not know asks for something that is never there.
    pub(crate) fn keep_by(&self, field: impl Fn(&str) -> Option<Vec<String>>) -> bool {
        self.0.iter().all(|(name, wanted)| {
            let have = field(name).unwrap_or_default();
            have.iter().any(|value| wanted.iter().any(|pattern| matches(pattern, value)))
        })
    }
}

/// Whether a value has the pattern's shape.
fn matches(pattern: &str, value: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == value;
    }
    let (pattern, value): (Vec<char>, Vec<char>) = (pattern.chars().collect(), value.chars().collect());
    // The place after the last star, and how much of the value that star stands for so far.
    let (mut star, mut at, mut from) = (None, 0, 0);
    let mut next = 0;
    while next < value.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at + 1);
                from = next;
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == value[next] => {
                at += 1;
                next += 1;
            }
            Some(_) | None => {
                let Some(after_star) = star else { return false };
                from += 1;
                (at, next) = (after_star, from);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks_stand_for_anything() {
        for (pattern, value) in
            [("web", "web"), ("w*", "web"), ("*b", "web"), ("w?b", "web"), ("*a*a", "banana"), ("*", "")]
        {
            assert!(matches(pattern, value), "{pattern} should match {value}");
        }
        for (pattern, value) in [("web", "webs"), ("w?b", "wb"), ("*x", "web"), ("", "web"), ("we*x", "web")] {
            assert!(!matches(pattern, value), "{pattern} should not match {value}");
        }
    }
}
