import pytest

from .conftest import NOW


@pytest.fixture
def delivered(tracker):
    tracker.register("NP-4471-DE", "nordpak", "ada@example.org")
    tracker.scan("NP-4471-DE", "DLV", "Kiel")
    return tracker


def test_the_recipient_hears_of_the_delivery_once(delivered):
    delivered.scan("NP-4471-DE", "DLV", "Kiel")
    assert [message.kind for message in delivered.outbox.pending()] == ["delivered"]


def test_what_was_sent_is_not_sent_again(delivered):
    sent = []
    assert delivered.outbox.flush(sent.append, NOW) == 1
    assert delivered.outbox.flush(sent.append, NOW) == 0
    assert [message.recipient for message in sent] == ["ada@example.org"]


def test_what_could_not_be_sent_stays(delivered):
    def refuse(message):
        raise ConnectionError

    assert delivered.outbox.flush(refuse, NOW) == 0
    assert len(delivered.outbox.pending()) == 1
