//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html> has them: bytes in, frames
//! out. Fields that Barcelona does not send (`retry`) are ignored.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Its id, when it has one.
    pub id: Option<String>,
    /// Its type.
    pub event: String,
    /// What it carries.
    pub data: String,
}

/// Puts frames together from chunks that break anywhere, also within a character.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    frame: Frame,
    /// The last byte was `\r`: a `\n` that follows belongs to it.
    returned: bool,
}

impl Decoder {
    /// The frames that are complete with this chunk.
    pub fn feed(&mut self, chunk: &[u8]) -> Vec<Frame> {
        let mut frames = vec![];
        for byte in chunk {
            let ends_line = matches!(byte, b'\r') || (*byte == b'\n' && !self.returned);
            if ends_line {
                let line = std::mem::take(&mut self.line);
                frames.extend(self.take(&String::from_utf8_lossy(&line)));
            } else if *byte != b'\n' {
                self.line.push(*byte);
            }
            self.returned = *byte == b'\r';
        }
        frames
    }

    fn take(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let mut frame = std::mem::take(&mut self.frame);
            frame.data.pop();
            return (!frame.event.is_empty() || !frame.data.is_empty()).then_some(frame);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.frame.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.frame.event),
            "data" => self.frame.data.extend([value, "\n"]),
            _comment_or_unknown => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(id: Option<&str>, event: &str, data: &str) -> Frame {
        Frame { id: id.map(str::to_owned), event: event.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn frames_come_out_whole_however_the_bytes_are_cut() {
        let text =
            ": hello\n\nevent: snapshot\ndata: {\"ü\":\ndata: 1}\n\nid: 7\r\nevent:end\r\ndata: {}\r\n\r\nid: 8\n";
        let expected = [frame(None, "snapshot", "{\"ü\":\n1}"), frame(Some("7"), "end", "{}")];
        for size in 1..text.len() {
            let mut decoder = Decoder::default();
            let frames: Vec<_> = text.as_bytes().chunks(size).flat_map(|chunk| decoder.feed(chunk)).collect();
            assert_eq!(frames, expected, "in chunks of {size}");
        }
    }

    #[test]
    fn a_heartbeat_is_no_frame() {
        assert_eq!(Decoder::default().feed(b":\n\n: ping\n\n"), []);
    }
}
