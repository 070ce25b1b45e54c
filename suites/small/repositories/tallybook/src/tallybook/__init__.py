"""Double-entry bookkeeping in a terminal."""

__version__ = "0.4.0"
