use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// One line of a log: `2024-05-01T10:00:00Z WARN message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub time: String,
    pub level: Level,
    pub message: String,
}

impl LogLine {
    /// None for what is no line of a log.
    pub fn parse(text: &str) -> Option<LogLine> {
        let mut parts = text.splitn(3, ' ');
        let time = parts.next()?.to_string();
        let level = Level::from_str(parts.next()?, true).ok()?;
        Some(LogLine { time, level, message: parts.next()?.to_string() })
    }
}
