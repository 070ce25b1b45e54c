"""PLN506-512, PLN516, PLN517: what is risky says so, can be undone, and asks people where people are
needed."""
