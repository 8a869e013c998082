//! What is wrong with a request, all of it.

use shared::problem::{Code, FieldError, Problem};

use crate::problem::Refused;

/// What is wrong so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<(Code, FieldError)>);

impl Findings {
    /// One more thing that is wrong.
    pub fn add(&mut self, code: Code, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push((code, FieldError { pointer: pointer.into(), detail: detail.into() }));
    }

    /// A value that is not valid.
    pub fn invalid(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.add(Code::InvalidField, pointer, detail);
    }

    /// The value, when nothing is wrong. The code is that of the first finding; `errors` has all of them.
    pub fn unless_any<T>(&mut self, value: Option<T>) -> Result<T, Refused> {
        match (std::mem::take(self).into_problem(), value) {
            (Some(problem), _) => Err(problem.into()),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(Refused::new(Code::Internal, "a field was left out without being found")),
        }
    }

    /// All findings as one problem; `None` when there are none.
    pub fn into_problem(self) -> Option<Problem> {
        let (code, first) = self.0.first()?;
        let name = first.pointer.trim_start_matches(['/', '?']);
        let more = match self.0.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let mut problem = Problem::new(*code, format!("{name} {}{more}", first.detail));
        problem.errors = self.0.into_iter().map(|(_, error)| error).collect();
        Some(problem)
    }
}
