//! The fuzz target of libFuzzer: its input is a request, and nothing may panic on the way to a well-formed answer.
//!
//! `AWS_SIM_FUZZ` names the target, which is a folder of `seeds/`; `make fuzz` runs each of them.

#![no_main]

#[path = "../../tests/fuzz/requests.rs"]
mod requests;

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use requests::Target;

thread_local! {
    static TARGET: RefCell<Target> = RefCell::new(Target::named(&std::env::var("AWS_SIM_FUZZ").unwrap_or_default()));
}

fuzz_target!(|data: &[u8]| {
    TARGET.with_borrow_mut(|target| target.answer(data));
});
