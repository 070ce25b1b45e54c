from click.testing import CliRunner

from tallybook.cli import main


def test_help():
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
