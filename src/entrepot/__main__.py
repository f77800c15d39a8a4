"""``python -m entrepot``: the same as the command ``entrepot``."""

import sys

from entrepot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
