"""Checks a ship before it leaves."""
