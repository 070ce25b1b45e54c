"""How a plan is written, with a model and without. Decides only: no network, no clock, no randomness."""
