"""The documents that a format's plan starts from beside the issue, found in the repository at its commit.

Every document is an excerpt with its place, the reason why it was taken, and what was cut. Nothing here is
believed: what the documents say is data of strangers, and what looks like a secret is never read.
"""

from bot.author.inputs.excerpt import Excerpt, Input, Inputs
from bot.author.inputs.gathering import inputs_of

__all__ = ["Excerpt", "Input", "Inputs", "inputs_of"]
