"""Shipment tracking across carriers."""

__version__ = "1.4.0"
