"""`python -m cosmicman_client.cli`."""

import sys

from cosmicman_client.cli import main

if __name__ == "__main__":
    sys.exit(main())
