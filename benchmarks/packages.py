"""The real packages that benchmarks and long checks import, and an environment that has them."""

from __future__ import annotations

import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: Ten large packages, and what is imported of each.
LARGE: Mapping[str, str] = {
    "django": "import django.core.management, django.contrib.admin.sites, django.test",
    "sqlalchemy": "import sqlalchemy.orm, sqlalchemy.dialects.postgresql",
    "sympy": "import sympy",
    "pandas": "import pandas",
    "matplotlib": "import matplotlib.pyplot",
    "boto3": "import boto3",
    "fastapi": "import fastapi",
    "networkx": "import networkx",
    "rich": "import rich.console, rich.table, rich.progress, rich.markdown, rich.traceback",
    "aiohttp": "import aiohttp",
}
#: These and a dozen more.
ALL: Mapping[str, str] = {
    **LARGE,
    "flask": "import flask",
    "httpx": "import httpx",
    "requests": "import requests",
    "jinja2": "import jinja2",
    "pytest": "import pytest",
    "scipy": "import scipy.optimize",
    "lxml": "import lxml.html",
    "cryptography": "import cryptography.x509",
    "Pillow": "import PIL.Image, PIL.ImageDraw",
    "setuptools": "import setuptools",
    "click": "import click",
    "attrs": "import attrs",
}


def environment_with(packages: Iterable[str]) -> Path:
    """Return the Python of an environment that has the packages; what it lacks is installed."""
    folder = ROOT / f".venv-bench-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    stamp = folder / "packages"
    if not stamp.exists():
        print(f"setting up {folder.name}", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        stamp.write_text("")
    there = stamp.read_text().split()
    lacking = [package for package in packages if package not in there]
    if lacking:
        print(f"installing into {folder.name}: {' '.join(lacking)}", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *lacking], check=True, stderr=subprocess.DEVNULL)
        stamp.write_text(" ".join([*there, *lacking]))
    return python
