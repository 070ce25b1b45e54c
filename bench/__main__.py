"""`python -m bench`: everything, one after the other."""

from bench.run import main

main()
