from tallybook.importer import read_entries


def test_read_entries_skips_comments():
    assert [entry.account for entry in read_entries(["# x\n", "2024-01-01;cash;1;\n"])] == ["cash"]
