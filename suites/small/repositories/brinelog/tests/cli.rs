use assert_cmd::Command;

#[test]
fn help_is_shown() {
    Command::cargo_bin("brinelog").unwrap().arg("--help").assert().success();
}
