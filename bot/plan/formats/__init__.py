"""The documents a plan can be shown as, by name. A format is one module here and
one folder in templates/formats/.
"""

from collections.abc import Mapping

from bot.plan.formats.export import EXPORT
from bot.plan.formats.functional import FUNCTIONAL
from bot.plan.formats.roadmap import ROADMAP
from bot.plan.formats.shape import Format
from bot.plan.formats.steps import STEPS
from bot.plan.formats.technical import TECHNICAL

_SHAPES = (ROADMAP, STEPS, EXPORT, FUNCTIONAL, TECHNICAL)
FORMATS: Mapping[str, Format] = {shape.name: shape for shape in _SHAPES}

__all__ = ["FORMATS", "Format"]
