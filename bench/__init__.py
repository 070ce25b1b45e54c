"""Measurements, never tests: each prints a table of figures from one run, with the goal and the verdict."""
