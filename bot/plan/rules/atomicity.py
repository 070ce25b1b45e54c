"""PLN501-505: a task is one piece of work of sensible size."""
