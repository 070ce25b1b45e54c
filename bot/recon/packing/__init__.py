"""The part of a repository that is worth reading for one issue, cut to a number of tokens."""

from bot.recon.packing.fill import pack
from bot.recon.packing.model import Excerpt, Missing, Note, Pack

__all__ = ["Excerpt", "Missing", "Note", "Pack", "pack"]
