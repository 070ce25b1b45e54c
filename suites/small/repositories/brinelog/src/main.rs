use brinelog::{args::Args, filter, format, reader};
use clap::Parser;

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    for line in reader::read(&args.file)? {
        if filter::keep(&line, &args) {
            println!("{}", format::one_line(&line));
        }
    }
    Ok(())
}
