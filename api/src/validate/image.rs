//! Names and tags of container images.
//!
//! <https://github.com/distribution/reference/blob/main/reference.go>

use super::Verdict;

/// The longest name, registry included.
const LONGEST: usize = 255;

/// `nginx`, `library/nginx`, `123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app`; without a tag.
pub(super) fn is_name(text: &str) -> Verdict {
    if text.contains('@') {
        return Err("has a digest; only tags are supported, in image_tag".to_owned());
    }
    let (registry, path) = match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        Some(_) | None => (None, text),
    };
    if path.contains(':') {
        return Err("has a tag; give it in image_tag".to_owned());
    }
    let fine = text.len() <= LONGEST && registry.is_none_or(is_registry) && path.split('/').all(is_component);
    if fine { Ok(()) } else { Err("is not the name of an image such as nginx or registry.example.com/team/app".into()) }
}

/// `1.9`, `latest`, `v2.0_rc-1`.
pub(super) fn is_tag(text: &str) -> Verdict {
    let starts = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if starts && text.len() <= 128 && text.bytes().all(is_fine) {
        return Ok(());
    }
    Err("is not a tag: 1 to 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'".to_owned())
}

fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        let edges = !label.starts_with('-') && !label.ends_with('-');
        edges && !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(is_label) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Lower-case letters and digits, parted by one dot, one or two underscores, or any number of hyphens.
fn is_component(text: &str) -> bool {
    let is_alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let edges = text.starts_with(is_alphanumeric) && text.ends_with(is_alphanumeric);
    let separators = text.split(is_alphanumeric).filter(|part| !part.is_empty());
    let is_separator = |part: &str| matches!(part, "." | "_" | "__") || part.bytes().all(|byte| byte == b'-');
    edges && separators.into_iter().all(is_separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_docker_pulls() {
        let right = ["nginx", "library/nginx", "localhost:5000/a__b/c-d.e", "public.ecr.aws/nginx/nginx", "a--b"];
        for name in right {
            assert_eq!(is_name(name), Ok(()), "{name}");
        }
        for name in ["", "Nginx", "nginx:1.9", "a@sha256:00", "/a", "a//b", "a_", "a..b", "a___b", "ex_ample.com:x/a"] {
            assert!(is_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn tags_are_those_that_docker_takes() {
        for tag in ["1.9", "latest", "_a", &"a".repeat(128)] {
            assert_eq!(is_tag(tag), Ok(()), "{tag}");
        }
        for tag in ["", ".a", "-a", "a b", "a:b", &"a".repeat(129)] {
            assert!(is_tag(tag).is_err(), "{tag}");
        }
    }
}
