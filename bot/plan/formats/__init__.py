"""The documents a plan can be shown as, by name. A format is one module here and
one folder in templates/formats/.
"""

from collections.abc import Mapping

from bot.plan.formats.roadmap import ROADMAP
from bot.plan.formats.shape import Format

FORMATS: Mapping[str, Format] = {shape.name: shape for shape in (ROADMAP,)}

__all__ = ["FORMATS", "Format"]
