"""Lets `python -m server.cli` stand in for the console script."""

import sys

from server.cli import main

sys.exit(main())
