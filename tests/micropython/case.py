"""Document 004 on a real MicroPython: the files, and what is typed into its REPL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.seeds.document_004 import SETUP
from tests.seeds.grounds import blocks

HERE = Path(__file__).parent
GOLDEN = HERE / "document_004.txt"

#: Pinned: another release may word things in another way.
PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.27.0"

FILES = blocks(
    SETUP
    + """
            -- config.py
            DATABASE_URL = "postgres://..."
            -- one.py
            import config
            -- two.py
            import config
            -- expensive_module.py
            print("Loading expensive module...")
            -- raising.py
            print("raising runs")
            1 / 0
            -- egg.py
            import hen
            yolk = 1
            -- hen.py
            import egg
            print(hasattr(egg, "yolk"))
            -- left.py
            from right import name
            other = 1
            -- right.py
            from left import other
            name = 1
            """
)

#: Typed into one session, in this order; a line ``# ...`` says what is shown.
TYPED = """
# Scenario 1: import test_simple
import test_simple
dir()
# The common pitfall: a nested import's name
test_simple.sdcard_helper._mounted
sdcard_helper._mounted
# Scenario 2: import sdcard_helper in the REPL
import sdcard_helper
dir()
# Scenario 3: check the variable
sdcard_helper._mounted
test_simple.sdcard_helper._mounted
sdcard_helper.is_mounted()
# Proof: memory addresses
id(sdcard_helper._mounted) == id(test_simple.sdcard_helper._mounted) == id(True)
import sys
'sdcard_helper' in sys.modules
id(sys.modules['sdcard_helper']) == id(sdcard_helper) == id(test_simple.sdcard_helper)
# Namespaces
[name for name in dir(test_simple) if name[0] != '_']
sorted(name for name in dir(sdcard_helper) if name[:2] != '__')
# Singletons, and no second execution
import one, two
one.config.DATABASE_URL is two.config.DATABASE_URL
import expensive_module
import expensive_module
# What differs from CPython: the cache holds the user's modules only
sorted(sys.modules)
import math
'math' in sys.modules
# A deleted entry makes import run the file again, as in CPython
del sys.modules['sdcard_helper']
import sdcard_helper
sdcard_helper._mounted, test_simple.sdcard_helper._mounted
# Whatever stands in the cache is returned, here None as well
sys.modules['fake_module'] = 'Hello'
import fake_module
fake_module
sys.modules['nothing'] = None
import nothing
nothing is None
# A module that raises is taken out again
import raising
'raising' in sys.modules
# Circular imports: no word of a partially initialized module
import egg
import left
# There is no importlib, hence no reload
import importlib
"""


def lines() -> list[str]:
    """Return the lines that are typed, comments too."""
    return TYPED.strip().splitlines()


class NotAvailable(Exception):
    """MicroPython cannot be had here; the text says why, as a sentence."""


def package(cache: Path) -> Path:
    """Return the folder of npm's MicroPython, installed into ``cache`` if it is not there.

    Raises:
        NotAvailable: There is no node or no npm, or npm's registry does not answer.
    """
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        raise NotAvailable(f"document 004 on MicroPython needs {' and '.join(missing)}")
    folder = cache / "node_modules" / PACKAGE
    if (folder / "micropython.mjs").exists():
        return folder
    if os.environ.get("ENTREPOT_OFFLINE"):
        raise NotAvailable(
            "document 004 on MicroPython needs the network: ENTREPOT_OFFLINE is set"
        )
    try:
        done = subprocess.run(
            ["npm", "install", "--prefix", str(cache), "--no-audit", "--no-fund", "--no-save",
             "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=20000",
             f"{PACKAGE}@{VERSION}"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotAvailable(f"npm did not bring {PACKAGE} within a minute") from None
    if done.returncode or not (folder / "micropython.mjs").exists():
        errors = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise NotAvailable(f"npm did not bring {PACKAGE} {VERSION}: {errors[:1] or 'no reason'}")
    return folder


def screen(folder: Path) -> str:
    """Return what the screen of MicroPython's REPL shows when the lines are typed."""
    done = subprocess.run(
        ["node", str(HERE / "session.mjs"), str(folder)],
        input=json.dumps({"files": FILES, "lines": lines()}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.replace("\r", "").strip().removesuffix(">>>")
