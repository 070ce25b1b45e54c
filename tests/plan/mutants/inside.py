"""The mutators of PLN0xx to PLN5xx, by family: importing this registers them."""

from tests.plan.mutants import inside_ground, inside_order, inside_structure, inside_texts, inside_work

__all__ = ["inside_ground", "inside_order", "inside_structure", "inside_texts", "inside_work"]
