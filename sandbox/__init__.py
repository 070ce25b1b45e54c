"""A GitHub that remembers, over real HTTP, to try the App on and to test it against. It
imports nothing of the App.
"""

from sandbox.faults import Fault
from sandbox.observable import observable
from sandbox.server import Sandbox, make_app

__all__ = ["Fault", "Sandbox", "make_app", "observable"]
