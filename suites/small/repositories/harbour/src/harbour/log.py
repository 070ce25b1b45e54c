"""How checks tell what they found."""


def warn_old(message):
    """The old way: text only, nobody knows which check it was."""
    print(message)


def report(check, message):
    """The new way: the check by name, and what it found."""
    print(f"{check}: {message}")
