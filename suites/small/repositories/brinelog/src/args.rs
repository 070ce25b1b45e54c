use crate::line::Level;
use clap::Parser;
use std::path::PathBuf;

/// What was asked for at the command line.
#[derive(Parser, Debug)]
pub struct Args {
    /// Least level that is printed.
    #[arg(long, default_value = "info")]
    pub level: Level,
    /// The log to read.
    pub file: PathBuf,
}
