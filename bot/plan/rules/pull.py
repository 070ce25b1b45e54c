"""PLN824: a plan pull request changes plan files only."""
