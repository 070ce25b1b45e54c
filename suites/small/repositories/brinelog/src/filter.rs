use crate::{args::Args, line::LogLine};

/// Whether a line is printed.
pub fn keep(line: &LogLine, args: &Args) -> bool {
    line.level >= args.level
}
