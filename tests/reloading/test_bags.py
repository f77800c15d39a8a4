"""What a program puts into the bags of objects of installed classes, such as ``app.state``."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRAMEWORK = """
class State:
    def __init__(self): vars(self)["_items"] = {}
    def __getattr__(self, name):
        try: return vars(self)["_items"][name]
        except KeyError: raise AttributeError(name) from None
    def __setattr__(self, name, value): self._items[name] = value
    def __delattr__(self, name): del self._items[name]
class Config(dict): pass
class App:
    def __init__(self, title=""):
        self.title, self.state, self.config = title, State(), Config(DEBUG=False)
        self.routes, self.stack = [], None
    def route(self, path): self.routes.append(path)
"""
SHOP = """
from framework import App
app = App()
app.state.rate = 1
app.config["NAME"] = "shop"
app.route("/a")
app.route("/b")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    framework = types.ModuleType("framework")
    exec(FRAMEWORK, vars(framework))
    monkeypatch.setitem(sys.modules, "framework", framework)
    yield from projects(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('app.route("/b")', 'app.route("/c")\napp.route("/b")', (["/a", "/c", "/b"], 1, "shop")),
        ('app.route("/a")', "", (["/b"], 1, "shop")),
        ("App()", 'App("new")', (["/a", "/b"], 1, "shop")),
        ("rate = 1", "rate = 2", (["/a", "/b"], 2, "shop")),
        ('"shop"', '"store"', (["/a", "/b"], 1, "store")),
    ],
)
def test_what_is_in_a_bag_stays_when_the_object_is_made_again(
    project: Project, old: str, new: str, expected: tuple[list[str], int, str]
) -> None:
    project.write(shop=SHOP)
    shop = project.load("shop")
    app = shop.app
    app.state.pool = "open"
    app.config["SEEN"] = 1

    report = project.edit(shop=SHOP.replace(old, new))

    assert report.is_ok, report
    assert shop.app is app
    assert (app.routes, app.state.rate, app.config["NAME"]) == expected
    assert (app.state.pool, app.config["SEEN"]) == ("open", 1)


def test_what_else_such_an_object_has_got_is_as_a_restart_makes_it(project: Project) -> None:
    project.write(shop=SHOP)
    app = project.load("shop").app
    app.stack = "made at the first request"

    project.edit(shop=SHOP.replace('app.route("/a")', 'app.route("/c")'))

    assert (app.routes, app.stack) == (["/c", "/b"], None)


def test_bytes_that_the_program_changed_and_an_edit_makes_otherwise_are_told(
    project: Project,
) -> None:
    project.write(shop="SIZE = 2\nroom = bytearray(SIZE)\n")
    shop = project.load("shop")
    room = shop.room
    room[0] = 65

    report = project.edit(shop="SIZE = 3\nroom = bytearray(SIZE)\n")

    assert (shop.room is room, bytes(room)) == (True, bytes(3))
    assert report.state_dropped == ["shop.room"]
