//! Pages of a list, with tokens that stay right while the list changes.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

/// The part of a list that a call gets, and the token for the next part.
///
/// `items` come with the key they are ordered by; the token names the first key of the next page. None if the token is
/// not one of ours.
pub(crate) fn cut<T>(
    items: Vec<(String, T)>,
    limit: Option<usize>,
    token: Option<&str>,
) -> Option<(Vec<T>, Option<String>)> {
    let start = match token {
        None => 0,
        Some(token) => {
            let key = key_of(token)?;
            let exact = items.iter().position(|(at, _)| *at == key);
            exact.or_else(|| items.iter().position(|(at, _)| *at > key)).unwrap_or(items.len())
        }
    };
    let end = limit.map_or(items.len(), |limit| start.saturating_add(limit).min(items.len()));
    let next = items.get(end).map(|(key, _)| token_of(key));
    let page = items.into_iter().skip(start).take(end - start).map(|(_, item)| item).collect();
    Some((page, next))
}

/// The key that a token names; none if the token is not one of ours.
pub(crate) fn key_of(token: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(token).ok()?).ok()
}

/// The token of a page that begins with a key.
pub(crate) fn token_of(key: &str) -> String {
    BASE64.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let (first, token) = cut(list(&["a", "b", "c"]), Some(2), None).unwrap();
        let (second, end) = cut(list(&["a", "b", "c"]), Some(2), token.as_deref()).unwrap();
        assert_eq!((first, second, end), (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()], None));
    }

    #[test]
    fn a_page_goes_on_behind_an_item_that_was_deleted_meanwhile() {
        let (_, token) = cut(list(&["a", "b", "c", "d"]), Some(1), None).unwrap();
        let (second, _) = cut(list(&["a", "c", "d"]), Some(1), token.as_deref()).unwrap();
        assert_eq!(second, ["c"]);
    }

    #[test]
    fn a_foreign_token_is_no_token() {
        assert_eq!(cut(list(&["a"]), None, Some("%%%")), None);
    }
}
