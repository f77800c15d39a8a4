"""The programs that `programs.py` compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import drivers
from .programs import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

_DJANGO = (
    """
-- shop/__init__.py
-- shop/models.py
from django.db import models
class Item(models.Model):
    name = models.CharField(max_length=20)
    price = models.IntegerField(default=1)
-- shop/tests.py
from django.test import TestCase
from .models import Item
class ItemTest(TestCase):
    def test_item(self):
        Item.objects.create(name="tea")
        self.assertEqual(Item.objects.count(), 1)
    def test_client(self):
        self.assertEqual(self.client.get("/admin/login/").status_code, 200)
    def test_fails(self):
        self.assertEqual(1, 2)
-- add.py
open("site1/settings.py", "a").write("INSTALLED_APPS += ['shop']\\nSECRET_KEY = 'x'\\n")
-- driver.py
"""
    + drivers.SERVER
)

_WEB = (
    """
-- app.py
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Item(BaseModel):
    name: str
    price: float = 1.5
@app.get("/items/{name}")
async def item(name: str) -> Item:
    return Item(name=name)
@app.get("/")
def index():
    return {"main": __name__}
@app.get("/fails")
def fails():
    raise ValueError("on purpose")
-- flaskapp.py
import flask
app = flask.Flask(__name__)
@app.get("/")
def index():
    return flask.jsonify(main=__name__)
@app.cli.command("greet")
def greet():
    print("hello from", app.name)
-- driver.py
"""
    + drivers.SERVER
)

_NOTEBOOK = (
    """
-- driver.py
"""
    + drivers.NOTEBOOK
)

_SETUPTOOLS = ("setuptools", "setuptools.build_meta", "")
_MAPPED = """
[tool.setuptools]
packages = ["check_mapped"]
package-dir = {check_mapped = "src/check_mapped"}
"""
_HATCH = """
[tool.hatch.build]
packages = ["src/check_hatch"]
dev-mode-exact = true
"""

#: The ways in which a checkout is installed: by a path entry, a folder of links, a finder.
_EDITABLE = (
    "".join(
        f"""
-- {kind}/pyproject.toml
[build-system]
requires = ["{backend}"]
build-backend = "{module}"
[project]
name = "entrepot-check-{kind}"
version = "1.0"
[project.entry-points."entrepot.check"]
{kind} = "check_{kind}.part:value"
{more}
-- {kind}/src/check_{kind}/__init__.py
from . import part
-- {kind}/src/check_{kind}/part.py
value = __name__, __spec__.origin, type(__loader__).__name__
"""
        for kind, (backend, module, more) in {
            "lenient": _SETUPTOOLS,
            "strict": _SETUPTOOLS,
            "compat": _SETUPTOOLS,
            "mapped": (*_SETUPTOOLS[:2], _MAPPED),
            "hatch": ("hatchling", "hatchling.build", _HATCH),
        }.items()
    )
    + """
-- main.py
import sys
from importlib import metadata, resources
for point in metadata.entry_points(group="entrepot.check"):
    print(point.name, point.load())
    print(resources.files(f"check_{point.name}").joinpath("part.py").read_text())
    print(sorted(n for n in sys.modules if n.startswith("check_")))
print([f for f in map(str, sys.meta_path)])
"""
)

_PIP = "PYTHON -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps"

_SEVERAL_PROCESSES = """
-- main.py
import concurrent.futures, os, pickle, sys
import numpy
from sklearn.ensemble import RandomForestClassifier
from joblib import Parallel, delayed
class Point:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return self.x == other.x
def move(point):
    return Point(point.x + 1)
if __name__ == "__main__":
    print(pickle.loads(pickle.dumps(Point(1))) == Point(1), Point.__module__)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print([p.x for p in pool.map(move, [Point(1), Point(2)])])
    print([p.x for p in Parallel(n_jobs=2)(delayed(move)(Point(i)) for i in range(3))])
    features = numpy.random.default_rng(0).random((60, 3))
    forest = RandomForestClassifier(n_estimators=5, n_jobs=2, random_state=0)
    print(forest.fit(features, features[:, 0] > 0.5).score(features, features[:, 0] > 0.5))
    import dask
    print(dask.compute(dask.delayed(move)(Point(5)), scheduler="processes")[0].x)
"""

_HOOKS = """
-- greeting.hy
(defn greet [name] (+ "hello " name))
(print (greet "hy") __name__)
-- use_hy.py
import hy, greeting, sys
print(greeting.greet("python"), greeting.__file__.split("/")[-1], type(greeting.__loader__))
-- fast.pyx
def add(int a, int b):
    import json
    return json.dumps(a + b)
-- use_pyx.py
import pyximport
pyximport.install(language_level=3, inplace=True)
import fast
print(fast.add(1, 2), fast.__file__.rpartition(".")[2])
-- typed.py
def half(x: int) -> int:
    return x / 2
-- use_typeguard.py
import typeguard
typeguard.install_import_hook("typed")
import typed
typed.half(3)
-- use_beartype.py
from beartype.claw import beartype_package
beartype_package("typed")
import typed
typed.half("x")
-- use_lazy.py
import importlib.util, sys
spec = importlib.util.find_spec("typed")
spec.loader = importlib.util.LazyLoader(spec.loader)
module = importlib.util.module_from_spec(spec)
sys.modules["typed"] = module
spec.loader.exec_module(module)
print(type(module)); module.half; print(type(module))
-- use_wrapt.py
import wrapt
wrapt.register_post_import_hook(lambda module: print("imported", module.__name__), "typed")
import typed
-- use_cffi.py
import cffi
maker = cffi.FFI()
maker.cdef("int twice(int);")
maker.set_source("_twice", "static int twice(int x) { return 2 * x; }")
maker.compile()
from _twice import lib
print(lib.twice(21))
"""

_TOOLS = """
-- main.py
import json
class Point:
    '''A point.

    >>> Point(1).x
    1
    >>> Point(2)
    Point(3)
    '''
    def __init__(self, x): self.x = x
    def __repr__(self): return f"Point({self.x})"
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return result
if __name__ == "__main__":
    print(json.dumps(total(range(4))))
-- test_main.py
import unittest
from unittest import mock
import main
class T(unittest.TestCase):
    def test_total(self):
        self.assertEqual(main.total([1, 2]), 3)
    @mock.patch("main.json.dumps", return_value="x")
    def test_mocked(self, dumps):
        self.assertEqual(main.json.dumps(1), "y")
-- stdin
break total
continue
where
p numbers
next
step
print(__name__)
quit
-- unformatted.py
x = {  'a':1 }
def f( a ) -> int: return a
f(''  )
reveal_type(f)
"""

PROGRAMS: Sequence[Program] = (
    Program(
        "django",
        _DJANGO,
        """
        RUN -m django startproject site1 .
        PYTHON add.py
        RUN manage.py makemigrations shop
        RUN manage.py migrate
        RUN manage.py check --deploy
        RUN manage.py test
        RUN manage.py test --parallel 2
        RUN manage.py shell -c "import sys; from shop.models import Item as I; print(I, sys.argv)"
        RUN manage.py nosuch
        RUN manage.py help
        RUN -m django --version
        PYTHON driver.py /admin/login/?next=/ manage.py runserver --noreload 127.0.0.1:PORT
        PYTHON driver.py /nosuch manage.py runserver 127.0.0.1:PORT
        """,
        ["django"],
        [
            r"csrf\w+|value=.\w{64}.",
            r"\w{3,9}\.? \d\d, 20\d\d - .*",
            r"\[\d\d/.*?\]",
            r"\.{3,}|[FE.]{3}\n",
        ],
        shows=[
            "Applying shop.0001_initial OK",
            "AssertionError: 1 != 2",
            "Unknown command",
            "/admin/login/?next=/ 200",
        ],
    ),
    Program(
        "web servers",
        _WEB,
        """
        PYTHON driver.py /,/items/tea,/fails,/nosuch -m uvicorn app:app --port PORT
        PYTHON driver.py /,/items/tea -m uvicorn app:app --port PORT --workers 2
        PYTHON driver.py /,/nosuch -m flask --app flaskapp run --port PORT
        PYTHON driver.py / -m gunicorn flaskapp:app --bind 127.0.0.1:PORT
        RUN -m flask --app flaskapp greet
        RUN -m flask --app flaskapp routes
        """,
        ["fastapi", "uvicorn", "flask", "gunicorn"],
        cut=[r"\n?[^\n]*Worker exiting[^\n]*"],  # which a busy machine may leave it no time to say
        shows=["/fails 500", "tea", "Using worker: sync", "hello from flaskapp"],
    ),
    Program(
        "jupyter kernel",
        _NOTEBOOK,
        """
        PYTHON driver.py
        RUN -m IPython -c "import json, sys; print(json.dumps(1), __name__, sys.argv[1:])"
        RUN -m IPython --no-banner --colors=nocolor --simple-prompt
        RUN -m jupyter --version
        """,
        ["nbclient", "ipykernel", "jupyter"],
        shows=["__main__ ipykernel_launcher.py True", "awaited", "from a shell"],
    ),
    Program(
        "editable installs",
        _EDITABLE,
        f"""
        {_PIP} -e lenient
        {_PIP} -e strict --config-settings editable_mode=strict
        {_PIP} -e compat --config-settings editable_mode=compat
        {_PIP} -e mapped
        {_PIP} -e hatch
        RUN main.py
        RUN -m check_strict.part
        RUN -m check_mapped.part
        PYTHON -m pip uninstall -qy entrepot-check-lenient entrepot-check-strict
        PYTHON -m pip uninstall -qy entrepot-check-compat entrepot-check-hatch
        PYTHON -m pip uninstall -qy entrepot-check-mapped
        """,
        ["setuptools", "wheel", "hatchling", "editables"],
        shows=["compat (", "lenient (", "strict (", "mapped (", "hatch ("],
    ),
    Program(
        "several processes",
        _SEVERAL_PROCESSES,
        "RUN main.py\nRUN -m main",
        ["scikit-learn", "dask", "numpy"],
        shows=["True __main__", "[2, 3]", "[1, 2, 3]"],
    ),
    Program(
        "import hooks",
        _HOOKS,
        """
        RUN use_hy.py
        RUN -m hy greeting.hy
        RUN use_pyx.py
        RUN use_typeguard.py
        RUN use_beartype.py
        RUN use_lazy.py
        RUN use_wrapt.py
        RUN use_cffi.py
        """,
        ["hy", "cython", "setuptools", "typeguard", "beartype", "wrapt", "cffi"],
        shows=[
            "hello python",
            "3 so",
            "TypeCheckError",
            "BeartypeCallHintParamViolation",
            "imported typed",
            "42",
            "_LazyModule",
        ],
    ),
    Program(
        "tools",
        _TOOLS,
        """
        RUN -m pdb main.py
        RUN -m profile -s name main.py
        RUN -m cProfile -s name main.py
        RUN -m trace --count --summary -C out main.py
        RUN -m trace --listfuncs main.py
        RUN -m timeit -n 1 -r 1 -s "import main" "main.total([1])"
        RUN -m doctest main.py
        RUN -m unittest -v
        RUN -m unittest test_main.T.test_total
        RUN -m zipapp . -m main:total -o app.pyz
        RUN -m runpy main
        RUN -m compileall -q .
        RUN -m py_compile main.py
        RUN -m pydoc main
        RUN -m dis main.py
        RUN -m ast main.py
        RUN -m code -q
        RUN -m json.tool --help
        RUN -m site --user-site
        RUN -m black --check --diff unformatted.py
        RUN -m mypy --no-incremental unformatted.py
        RUN -m pip list --disable-pip-version-check
        RUN -m pip show -f pluggy
        RUN -m twisted.trial test_main
        RUN -m celery --version
        RUN -m ansible adhoc localhost -m ansible.builtin.ping
        """,
        ["black", "mypy", "twisted", "celery", "ansible-core"],
        [
            r"\n.*(<frozen|\{).*",  # the import system's own functions, and those in C
            r"(?<=\n) +\d[\d./ ]+(?=\w+\.py:)",
            r"(?m)^\s*\n",
            r"\d+ function calls.*|[\d.]+ [mun]?sec|\d+:\d\d\.\d+.*",
        ],
        shows=[
            "(Pdb)",
            "main.py:12(total)",
            "Expected:",
            "FAILED (failures=1",
            "reformatted",
            "Revealed type",
            "pong",
        ],
    ),
)
