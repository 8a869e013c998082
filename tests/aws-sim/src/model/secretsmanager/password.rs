//! Passwords that look random and are the same in every run.

use serde_json::json;

use super::{invalid, unfit};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html>
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const LONGEST: i64 = 4096;

pub(super) fn random(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let length = input.int("PasswordLength")?.unwrap_or(32);
    if !(1..=LONGEST).contains(&length) {
        let constraint = "Member must have value between 1 and 4096";
        return Err(unfit("passwordLength", &length.to_string(), constraint));
    }
    let length = usize::try_from(length).unwrap_or_default();
    let alphabets = alphabets(input)?;
    if alphabets.is_empty() {
        return Err(invalid("Password can't be generated: every character is excluded."));
    }
    let each = input.flag("RequireEachIncludedType")?.unwrap_or(true);
    if each && length < alphabets.len() {
        return Err(invalid("Password length is too short based on the required types."));
    }
    let all: Vec<char> = alphabets.concat();
    let mut numbers = numbers(context, 2 * length + alphabets.len()).into_iter();
    let mut draw = |from: &[char]| from[numbers.next().unwrap_or_default() % from.len()];
    let mut password: Vec<char> = (0..length).map(|_| draw(&all)).collect();
    if each {
        // One of each kind, spread over the password.
        for (place, alphabet) in alphabets.iter().enumerate() {
            password[place * length / alphabets.len()] = draw(alphabet);
        }
    }
    Ok(json!({ "RandomPassword": password.into_iter().collect::<String>() }))
}

/// The kinds of characters that are wanted, without those that are not.
fn alphabets(input: &Input<'_>) -> Result<Vec<Vec<char>>, crate::model::error::AwsError> {
    let excluded = input.text("ExcludeCharacters").unwrap_or_default();
    let wanted = |characters: Vec<char>| -> Vec<char> {
        characters.into_iter().filter(|one| !excluded.contains(*one)).collect()
    };
    let mut kinds = Vec::new();
    for (switch, characters) in [
        ("ExcludeLowercase", ('a'..='z').collect()),
        ("ExcludeUppercase", ('A'..='Z').collect()),
        ("ExcludeNumbers", ('0'..='9').collect()),
        ("ExcludePunctuation", PUNCTUATION.chars().collect()),
    ] {
        if !input.flag(switch)?.unwrap_or(false) {
            kinds.push(wanted(characters));
        }
    }
    if input.flag("IncludeSpace")?.unwrap_or(false) {
        kinds.push(wanted(vec![' ']));
    }
    kinds.retain(|kind| !kind.is_empty());
    Ok(kinds)
}

fn numbers(context: &mut Context<'_>, count: usize) -> Vec<usize> {
    let mut digits = String::new();
    while digits.len() < 4 * count {
        digits.push_str(&context.world.ids.hex(64));
    }
    let number = |at: usize| usize::from_str_radix(&digits[4 * at..4 * at + 4], 16).unwrap_or_default();
    (0..count).map(number).collect()
}
