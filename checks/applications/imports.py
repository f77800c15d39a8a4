"""Packages imported in a fresh process, by `python` and by `entrepot run`.

Compared is what the import left: which modules stand in `sys.modules`, in which order, and of
each its attributes, its spec, its loader, its variables and their types, its place in its
package. What differs between two runs of `python` is left out.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Package(NamedTuple):
    """A package and what is imported of it; `needs` is what is installed, if not it alone."""

    name: str
    statements: Sequence[str] = ()
    needs: Sequence[str] = ()


PACKAGES: Sequence[Package] = (
    # Compiled, or with parts loaded from C
    Package("polars"),
    Package("pyarrow", ["import pyarrow, pyarrow.parquet, pyarrow.dataset"]),
    Package("scikit-learn", ["import sklearn.linear_model, sklearn.ensemble, sklearn.pipeline"]),
    Package("grpcio", ["import grpc, grpc.aio"]),
    Package("protobuf", ["from google.protobuf import descriptor_pb2, json_format, struct_pb2"]),
    Package("mypy", ["import mypy.build, mypy.main"]),
    Package("black", ["import black, blib2to3.pgen2.driver"]),
    Package("orjson"),
    Package("pyyaml", ["import yaml; yaml.CSafeLoader"]),
    Package("psutil"),
    Package("cffi", ["import cffi; cffi.FFI().dlopen(None)"]),
    Package("lxml", ["import lxml.etree, lxml.html, lxml.objectify"]),
    Package("numba", ["import numba"]),
    Package("pydantic", ["import pydantic, pydantic.v1, pydantic.dataclasses"]),
    Package("pyzmq", ["import zmq, zmq.asyncio"]),
    # Replace modules, or parts of the process
    Package("gevent", ["import gevent.monkey; gevent.monkey.patch_all()", "import requests"]),
    Package("eventlet", ["import eventlet; eventlet.monkey_patch()"]),
    Package("six", ["from six.moves import urllib, configparser, http_client, queue"]),
    Package("py", ["import py; py.path.local; py.code"]),
    Package("setuptools", ["import setuptools, distutils.core, setuptools.command.build_ext"]),
    Package("lazy_loader", ["import skimage", "import skimage; skimage.filters.gaussian"],
            ["scikit-image"]),
    Package("wrapt", ["import wrapt, wrapt.importer"]),
    # Namespace packages
    Package("zope.interface", ["import zope.interface, zope.event, zope.component"],
            ["zope.interface", "zope.component"]),
    Package("azure", ["import azure.core, azure.storage.blob"], ["azure-storage-blob"]),
    Package("google", ["import google.api_core, google.auth, google.cloud.storage"],
            ["google-cloud-storage"]),
    Package("sphinx", ["import sphinx.application, sphinxcontrib.applehelp"]),
    Package("jaraco", ["import jaraco.text, jaraco.functools, jaraco.classes.properties"],
            ["jaraco.text", "jaraco.functools", "jaraco.classes"]),
    # Large, or with much of their own about imports
    Package("twisted", ["import twisted.internet.reactor, twisted.web.server, twisted.trial"]),
    Package("trio"),
    Package("hypothesis", ["import hypothesis, hypothesis.strategies, hypothesis.extra"]),
    Package("celery", ["import celery, celery.app.trace", "from celery import Celery, group"]),
    Package("notebook", ["import notebook.app, jupyter_server.serverapp"]),
    Package("dask", ["import dask.array, dask.dataframe", "import distributed"],
            ["dask[complete]"]),
    Package("xarray", ["import xarray"]),
    Package("ansible-core", ["import ansible.plugins.loader, ansible.cli.adhoc"]),
    Package("typeguard", ["import typeguard; typeguard.install_import_hook('click')",
            "import click"], ["typeguard", "click"]),
    Package("beartype", ["from beartype.claw import beartype_package as b; b('tomlkit')",
            "import tomlkit"], ["beartype", "tomlkit"]),
    Package("hy", ["import hy, hy.core.result_macros", "import hy.pyops"]),
    Package("pytest-asyncio", ["import pytest_asyncio, pytest_cov, xdist, pytest_mock"],
            ["pytest-asyncio", "pytest-cov", "pytest-xdist", "pytest-mock"]),
    Package("ddtrace", ["import ddtrace.auto", "import flask, requests"], ["ddtrace", "flask"]),
    Package("sentry-sdk", ["import sentry_sdk; sentry_sdk.init()", "import flask"],
            ["sentry-sdk", "flask"]),
)  # fmt: skip


def compare(package: Package) -> int:
    """Import a package both ways, print a line, and return how many differences there are."""
    try:
        places.install(package.needs or [package.name])
    except subprocess.CalledProcessError:
        print(f"{package.name:20}left out: pip cannot install it here", flush=True)
        return 0
    statements = package.statements or [f"import {package.name}"]
    _import(package.name, statements, ())  # so that bytecode is there
    python = _import(package.name, statements, ())
    noise = set(_differences(python, _import(package.name, statements, ())))
    entrepot = _import(package.name, statements, places.ENTREPOT)
    found = [line for line in _differences(python, entrepot) if line not in noise]
    if not python["modules"]:
        found.append("python itself left nothing to compare")
    verdict = "different" if found else "fails alike" if python["errors"] else "right"
    print(
        f"{package.name:20}{verdict:12}"
        f"{len(python['modules']):6} modules  differ {len(found)}  noise {len(noise)}"
        + "".join(f"\n    in both: {error}"[:150] for error in python["errors"].values()),
        flush=True,
    )
    for line in found[:20]:
        print(f"    {line}"[:300])
    return len(found)


def _import(name: str, statements: Sequence[str], before: Sequence[str]) -> dict[str, Any]:
    out = places.output("imports")
    answer = out / "answer.json"
    probe = Path(__file__).with_name("probe.py")
    done = subprocess.run(
        [places.PYTHON, *before, str(probe), str(answer), *statements],
        cwd=out,
        env=places.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if not answer.exists():
        return {"errors": {"": f"{name}: exit {done.returncode} {done.stderr[-500:]}"},
                "before": [], "meta path": [], "path": [], "modules": {}}  # fmt: skip
    told: dict[str, Any] = json.loads(re.sub("0x[0-9a-f]{6,}", "0x...", answer.read_text()))
    return told


def _differences(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for fact in ("errors", "meta path", "path"):
        if one[fact] != other[fact]:
            yield f"{fact}: {one[fact]} / {other[fact]}"
    known = {*one["before"], *other["before"]}
    first, second = (
        {
            name: facts
            for name, facts in told["modules"].items()
            if name not in known and name.partition(".")[0] != "entrepot"
        }
        for told in (one, other)
    )
    yield from (f"only under the first: {name}" for name in first.keys() - second.keys())
    yield from (f"only under the second: {name}" for name in second.keys() - first.keys())
    if first.keys() == second.keys() and list(first) != list(second):
        yield "the order of the modules"
    for name in first.keys() & second.keys():
        for fact, value in first[name].items():
            if second[name][fact] != value:
                yield f"{name}: {fact}: {value} / {second[name][fact]}"
