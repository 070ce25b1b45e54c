pub mod args;
pub mod filter;
pub mod format;
pub mod line;
pub mod reader;
