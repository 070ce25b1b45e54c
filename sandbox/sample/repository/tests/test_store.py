from datetime import date

import pytest

from parcelpost.db import migrate
from parcelpost.errors import DuplicateShipment, UnknownShipment


def test_a_shipment_comes_back_as_it_was_kept(tracker):
    kept = tracker.register("NP-4471-DE", "nordpak", "ada@example.org", date(2026, 3, 4))
    assert tracker.store.get("NP-4471-DE") == kept


def test_the_same_number_twice_is_refused(tracker):
    tracker.register("NP-4471-DE", "nordpak", "ada@example.org")
    with pytest.raises(DuplicateShipment):
        tracker.register("NP-4471-DE", "nordpak", "bob@example.org")


def test_an_unknown_number_is_an_error(tracker):
    with pytest.raises(UnknownShipment):
        tracker.store.get("NP-0000-DE")


def test_the_same_scan_is_kept_once(tracker):
    tracker.register("NP-4471-DE", "nordpak", "ada@example.org")
    tracker.scan("NP-4471-DE", "picked_up", "Hamburg")
    assert len(tracker.scan("NP-4471-DE", "picked_up", "Hamburg").scans) == 1


def test_delivered_shipments_are_not_open(tracker):
    tracker.register("NP-4471-DE", "nordpak", "ada@example.org")
    tracker.register("NP-4472-DE", "nordpak", "bob@example.org")
    tracker.scan("NP-4471-DE", "DLV", "Kiel")
    assert [shipment.number for shipment in tracker.store.open_shipments()] == ["NP-4472-DE"]


def test_migrations_run_once(connection):
    assert migrate(connection) == []
