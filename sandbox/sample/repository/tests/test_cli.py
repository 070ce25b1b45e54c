import json

import pytest

from parcelpost.cli import main


@pytest.fixture(autouse=True)
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("PARCELPOST_DATABASE", str(tmp_path / "cli.db"))
    assert main(["migrate"]) == 0


def test_the_whole_way(capsys):
    main(["add", "NP-4471-DE", "--carrier", "nordpak", "--recipient", "ada@example.org"])
    main(["scan", "NP-4471-DE", "delivered", "--place", "Kiel"])
    main(["flush"])
    capsys_text = capsys.readouterr().out
    assert "to ada@example.org: Your parcel NP-4471-DE was delivered." in capsys_text
    main(["show", "NP-4471-DE"])
    assert json.loads(capsys.readouterr().out)["status"] == "delivered"


def test_errors_go_to_stderr(capsys):
    assert main(["show", "NP-0000-DE"]) == 1
    assert "no shipment NP-0000-DE" in capsys.readouterr().err
