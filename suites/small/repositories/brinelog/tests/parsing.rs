use brinelog::line::{Level, LogLine};

#[test]
fn a_line_has_three_parts() {
    let line = LogLine::parse("2024-05-01T10:00:00Z WARN disk nearly full").unwrap();
    assert_eq!(line.level, Level::Warn);
}
