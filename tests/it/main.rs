//! The integration suite: one binary, one file a subject.

mod arrows;
