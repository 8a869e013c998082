//! Redis' protocol, as far as a proxy must know it: where a message ends, and the words of a command.
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>

/// The length of the first message, once it has come whole.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let (kind, line, mut at) = line(bytes, 0)?;
    let count = || line.parse::<i64>().unwrap_or(-1);
    match kind {
        b'$' | b'=' | b'!' => {
            let size = usize::try_from(count()).map_or(0, |size| size + 2);
            (bytes.len() >= at + size).then_some(at + size)
        }
        b'*' | b'~' | b'>' | b'%' => {
            let items = usize::try_from(count()).unwrap_or(0) * if kind == b'%' { 2 } else { 1 };
            for _ in 0..items {
                at += length(&bytes[at..])?;
            }
            Some(at)
        }
        _ => Some(at),
    }
}

/// The words of a command.
pub(crate) fn words(message: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let Some((_, _, mut at)) = line(message, 0) else { return words };
    while let Some((_, size, begin)) = line(message, at) {
        let size = size.parse().unwrap_or(0);
        words.push(&message[begin..begin + size]);
        at = begin + size + 2;
    }
    words
}

/// The first byte of a line, the rest of it, and where the next begins.
fn line(bytes: &[u8], from: usize) -> Option<(u8, &str, usize)> {
    let rest = bytes.get(from..)?;
    let end = rest.windows(2).position(|two| two == b"\r\n")?;
    Some((*rest.first()?, std::str::from_utf8(&rest[1..end]).ok()?, from + end + 2))
}

#[test]
fn messages_end_where_redis_says_and_commands_are_split_into_words() {
    let command = b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n+OK\r\n";
    assert_eq!(length(command), Some(command.len() - 5));
    assert_eq!(length(&command[..12]), None);
    assert_eq!(words(&command[..command.len() - 5]), [b"GET".as_slice(), b"a\r\nb"]);
    assert_eq!(length(b"*2\r\n:1\r\n*-1\r\n:"), Some(13));
}
