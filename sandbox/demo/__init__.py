"""`groundplan demo`: the whole story on this machine, with real processes around a sandbox GitHub."""

from sandbox.demo.play import run

__all__ = ["run"]
