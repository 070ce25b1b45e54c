from harbour.runner import run_all


def test_an_empty_ship_stays():
    assert not run_all({})
