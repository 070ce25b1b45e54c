"""bot decides: what a plan is, what comes next and what may be said; it writes nothing at GitHub."""
