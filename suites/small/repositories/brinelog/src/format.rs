use crate::line::LogLine;

/// A line as people read it.
pub fn one_line(line: &LogLine) -> String {
    format!("{} {:?} {}", line.time, line.level, line.message)
}
