"""What an unknown id may have meant is looked for only as often as people read it."""

from bot.plan.rules.identifiers import NOTHING_NEAR, Near


def test_an_unknown_id_is_told_with_those_like_it_but_not_its_own() -> None:
    assert Near()("T12", ["T1", "T2", "M9"], "T2") == "T1"
    assert Near()("payments", ["T1"]) == NOTHING_NEAR


def test_only_the_first_of_a_file_are_looked_for() -> None:
    """Ten thousand unknown ids among as many known ones took an hour."""
    near = Near(left=1)
    assert [near("T12", ["T1"]), near("T13", ["T1"])] == ["T1", NOTHING_NEAR]
    assert Near()("T12", [f"T{at}" for at in range(10_000)]) == NOTHING_NEAR
