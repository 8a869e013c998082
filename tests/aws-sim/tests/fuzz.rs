//! Each fuzz target for a moment: its seeds, and what becomes of them by chance. `make fuzz` lets coverage lead instead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

#[path = "fuzz/requests.rs"]
mod requests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use requests::Target;

/// How long one target is tried.
const SPAN: Duration = Duration::from_millis(1500);

/// What breaks parsers, and what leads on to other paths.
const WORDS: &[&[u8]] = &[
    b"%",
    b"%00",
    b"%ff",
    b"\0",
    b"\xff",
    b"\x01",
    b"&",
    b"=",
    b".",
    b".1.",
    b".0",
    b".member.1",
    b"99999999999999999999",
    b"-1",
    b"1e400",
    b"null",
    b"{",
    b"[",
    b"]",
    b"}",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"<",
    b"</",
    b"/>",
    b"]]>",
    b"&#0;",
    b"<!--",
    b"<?",
    b"/",
    b"..",
    b"*",
    b"*.",
    b"\n",
    b":",
    b";",
    b"arn:aws:",
    b"0.0.0.0/0",
    b"::/0",
    b"10.0.0.0/33",
    b"2147483648",
    b"9223372036854775808",
    b"cron(",
    b"rate(",
    b"$.",
    b"true",
    b"\xa0",
    b"\x9f",
    b"\xbf",
    b"\xfb",
];

fn mutate(random: &mut StdRng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..=4) {
        let at = random.random_range(0..=data.len());
        let until = (at + random.random_range(0..24)).min(data.len());
        match random.random_range(0..6) {
            0 => drop(data.splice(at..until, WORDS[random.random_range(0..WORDS.len())].iter().copied())),
            1 => drop(data.splice(at..at, WORDS[random.random_range(0..WORDS.len())].iter().copied())),
            2 => drop(data.drain(at..until)),
            3 => {
                let again = data[at..until].to_vec();
                data.splice(at..at, again.repeat(random.random_range(1..40)));
            }
            4 => {
                let other = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                data.splice(at.., other[from..].iter().copied());
            }
            _ => {
                if let Some(byte) = data.get_mut(at) {
                    *byte = random.random();
                }
            }
        }
    }
    data
}

fn run(name: &str) {
    let mut target = Target::named(name);
    let (seeds, began) = (target.seeds().to_vec(), Instant::now());
    let mut random = StdRng::seed_from_u64(7);
    while began.elapsed() < SPAN {
        let data = mutate(&mut random, &seeds);
        if catch_unwind(AssertUnwindSafe(|| target.answer(&data))).is_err() {
            panic!("{name}: this request is not answered as it must be:\n{}", data.escape_ascii());
        }
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal),+ $(,)?) => {$(
        #[test]
        fn $test() {
            run($name);
        }
    )+};
}

targets! {
    ec2_query_is_answered: "ec2-query",
    query_is_answered: "query",
    json_is_answered: "json",
    rest_json_is_answered: "rest-json",
    rest_xml_is_answered: "rest-xml",
    cbor_is_answered: "cbor",
    signatures_are_answered: "signature",
}
