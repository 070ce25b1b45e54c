"""`python -m parcelpost`."""

from parcelpost.cli import main

raise SystemExit(main())
