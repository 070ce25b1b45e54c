from harbour.log import report


def test_report(capsys):
    report("keel", "bent")
    assert capsys.readouterr().out == "keel: bent\n"
