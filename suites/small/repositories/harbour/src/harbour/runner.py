"""Runs every check."""

import importlib
import pkgutil

from harbour import checks


def run_all(ship):
    """True when every check passes."""
    names = [module.name for module in pkgutil.iter_modules(checks.__path__)]
    return all([importlib.import_module(f"harbour.checks.{name}").check(ship) for name in names])
