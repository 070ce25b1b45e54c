use crate::line::LogLine;
use std::{fs, io, path::Path};

/// Every line of a file that is one of a log.
pub fn read(path: &Path) -> io::Result<Vec<LogLine>> {
    let bytes = fs::read(path)?;
    let text = String::from_utf8(bytes).unwrap();
    Ok(text.lines().filter_map(LogLine::parse).collect())
}
