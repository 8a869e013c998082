//! Tables: aligned columns without lines, and sheets of name and value.

use console::{Alignment, Term, measure_text_width, pad_str, truncate_str};

use super::paint::{Stream, Tone, paint};

const GAP: &str = "  ";

/// Rows under a head, each column as wide as its widest cell.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        let head = columns.map(|column| paint(column, Tone::Faint, Stream::Out)).to_vec();
        Table { head, rows: vec![] }
    }

    /// One more row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// The table as text, cut to the terminal's width so that each row stays on its line.
    pub(crate) fn cut_text(&self, nothing: &str) -> String {
        let terminal = Term::stdout();
        let text = self.text(nothing);
        match terminal.is_term() {
            true => cut(&text, usize::from(terminal.size().1)),
            false => text,
        }
    }

    /// The table as text, or `nothing` when it has no rows.
    pub(crate) fn text(&self, nothing: &str) -> String {
        if self.rows.is_empty() {
            return nothing.to_owned();
        }
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| measure_text_width(cell)).max();
        let widths: Vec<_> = (0..self.head.len()).map(|column| width(column).unwrap_or(0)).collect();
        all().map(|row| aligned(row, &widths) + "\n").collect()
    }
}

fn cut(text: &str, width: usize) -> String {
    let lines: Vec<_> = text.lines().map(|line| truncate_str(line, width, "…")).collect();
    lines.join("\n") + "\n"
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| pad_str(cell, *width, Alignment::Left, None));
    cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

/// Names and values, one a line; values that are absent are left out.
#[derive(Default)]
pub(crate) struct Sheet(Vec<(&'static str, String)>);

impl Sheet {
    /// One more line.
    pub(crate) fn line(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// One more line, when there is something to say.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.line(name, value),
            None => self,
        }
    }

    /// The sheet as text.
    pub(crate) fn text(&self) -> String {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let line = |(name, value): &(&str, String)| {
            let name = paint(format!("{name:width$}"), Tone::Faint, Stream::Out);
            format!("{name}{GAP}{value}\n")
        };
        self.0.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_where_the_terminal_ends() {
        assert_eq!(cut("a row that is long\nshort\n", 8), "a row t…\nshort\n");
    }
}
