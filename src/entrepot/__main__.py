"""``python -m entrepot``: the same as the command ``entrepot``."""

import sys

from entrepot.cli.main import main

if __name__ == "__main__":
    code = main()
    if code:  # under PYTHONINSPECT, an exit by 0 would be shown as an error
        sys.exit(code)
