"""Programs as strangers write them, broken by circular imports and by other failed imports."""

from __future__ import annotations

from tests.gallery.circles import Broken

STRANGERS = [
    Broken(
        "flask app run as a script",
        """
-- app.py
from models import User

class Db:
    def __init__(self):
        self.tables = []
    def register(self, name):
        self.tables.append(name)

db = Db()

if __name__ == "__main__":
    print(User.table)
-- models.py
from app import db

class User:
    table = "user"
    db.register("user")
""",
        "app.py:1", "models.py:3", "move", words=("app.py",),
    ),
    Broken(
        "flask app imported",
        """
-- main.py
import app
print(app.create())
-- app.py
from models import User, all_tables

class Db:
    def __init__(self):
        self.tables = []
    def model(self, cls):
        self.tables.append(cls.__name__)
        return cls

db = Db()

def create():
    return all_tables()
-- models.py
from app import db

@db.model
class User:
    pass

def all_tables():
    return db.tables
""",
        "models.py:1", "app.py:10", "defer",
    ),
    Broken(
        "decorator registry",
        """
-- main.py
import registry
assert registry.run("hello") == "HELLO"
-- registry.py
import handlers

HANDLERS = {}

def register(name):
    def wrap(function):
        HANDLERS[name] = function
        return function
    return wrap

def run(name):
    return HANDLERS[name]()
-- handlers.py
from registry import register

@register("hello")
def hello():
    return "HELLO"
""",
        "handlers.py:1", "registry.py:5", "reorder",
    ),
    Broken(
        "dataclass field default",
        """
-- main.py
from order import Order
assert Order().price.amount == 10
-- order.py
from dataclasses import dataclass, field
from money import Money, DEFAULT

ROUNDING = 2

@dataclass
class Order:
    price: Money = field(default_factory=lambda: Money(DEFAULT))
-- money.py
from dataclasses import dataclass

from order import ROUNDING

DEFAULT = 10

@dataclass
class Money:
    amount: int
    digits: int = ROUNDING
""",
        "money.py:3", "order.py:4", "reorder",
    ),
    Broken(
        "dataclass annotations only, evaluated",
        """
-- main.py
from tree import Tree
from node import Node
t = Tree(root=None)
assert Node(tree=t, value=1).tree is t
-- tree.py
from dataclasses import dataclass
from typing import Optional
from node import Node

@dataclass
class Tree:
    root: Optional[Node]
-- node.py
from dataclasses import dataclass

from tree import Tree

@dataclass
class Node:
    tree: Tree
    value: int
""",
        "node.py:3", "tree.py:6", "typing",
    ),
    Broken(
        "type alias",
        """
-- main.py
import client
assert client.fetch() == []
-- client.py
from types_ import Callback

class Client:
    pass

def fetch(callback: Callback | None = None):
    return []
-- types_.py
from typing import Callable

from client import Client

Callback = Callable[[Client], None]
""",
        "types_.py:3", "client.py:3", "typing",
    ),
    Broken(
        "generic base class parametrised",
        """
-- main.py
from entity import Entity
from repo import Repo
assert Repo().find() is None
assert Entity().repo() is not None
-- entity.py
from repo import Repo

class Entity:
    def repo(self):
        return Repo()
-- repo.py
from typing import Generic, TypeVar
from entity import Entity

T = TypeVar("T")

class Base(Generic[T]):
    def find(self):
        return None

class Repo(Base[Entity]):
    pass
""",
        "repo.py:2", "entity.py:3", "defer",
    ),
    Broken(
        "module-level call through the other",
        """
-- main.py
import conf
assert conf.get("level") == "info"
assert conf.LOGGER.name == "app"
-- conf.py
from log import make_logger

VALUES = {"level": "info"}

def get(name):
    return VALUES[name]

LOGGER = make_logger("app")
-- log.py
from conf import get

LEVEL = get("level")

class Logger:
    def __init__(self, name):
        self.name = name
        self.level = LEVEL

def make_logger(name):
    return Logger(name)
""",
        "log.py:1", "conf.py:5", "reorder",
    ),
    Broken(
        "attribute form at module level",
        """
-- main.py
import a
assert a.main() == 12
-- a.py
import b

FACTOR = 3

def main():
    return b.SIZE
-- b.py
import a

SIZE = a.FACTOR * 4
""",
        "b.py:3", "a.py:3", "defer",
    ),
    Broken(
        "import as of a package submodule",
        """
-- main.py
import pkg.left
assert pkg.left.go() == "right left"
-- pkg/__init__.py
-- pkg/left.py
import pkg.right as right

NAME = "left"

def go():
    return right.text()
-- pkg/right.py
from pkg.left import NAME

def text():
    return "right " + NAME
""",
        "pkg/right.py:1", "pkg/left.py:3", "defer",
    ),
    Broken(
        "import a.b as c where a.b is under way, used in class body",
        """
-- main.py
import pkg.left
assert pkg.left.Left().other().name == "left!"
-- pkg/__init__.py
-- pkg/left.py
import pkg.right as right

NAME = "left"

class Left:
    def other(self):
        return right.Right()
-- pkg/right.py
import pkg.left as left

class Right:
    name = left.NAME + "!"
""",
        "pkg/right.py:4", "pkg/left.py:3", "defer",
    ),
    Broken(
        "enum and a table keyed by it",
        """
-- main.py
from status import Status, label
assert label(Status.OK) == "fine"
-- status.py
from enum import Enum
from codes import LABELS

class Status(Enum):
    OK = 1
    BAD = 2

def label(status):
    return LABELS[status]
-- codes.py
from status import Status

LABELS = {Status.OK: "fine", Status.BAD: "broken"}
""",
        "codes.py:1", "status.py:4", "defer",
    ),
    Broken(
        "exception class needed in except",
        """
-- main.py
import api
assert api.call() == "caught"
-- api.py
from net import send

class ApiError(Exception):
    pass

def call():
    return send()
-- net.py
from api import ApiError

def send():
    try:
        raise ApiError("x")
    except ApiError:
        return "caught"
""",
        "net.py:1", "api.py:3", "defer",
    ),
    Broken(
        "subclass and factory",
        """
-- main.py
from animal import make
assert make("dog").speak() == "woof"
-- animal.py
from dog import Dog

class Animal:
    def speak(self):
        raise NotImplementedError

def make(kind):
    return {"dog": Dog}[kind]()
-- dog.py
from animal import Animal

class Dog(Animal):
    def speak(self):
        return "woof"
""",
        "dog.py:1", "animal.py:3", "defer",
    ),
    Broken(
        "try except ImportError hides nothing",
        """
-- main.py
import core
assert core.run() == 6
-- core.py
try:
    from fast import double
except ImportError as error:
    raise RuntimeError("fast is needed") from error

BASE = 3

def run():
    return double()
-- fast.py
from core import BASE

def double():
    return BASE * 2
""",
        "fast.py:1", "core.py:6", "defer",
    ),
    Broken(
        "conditional import by platform",
        """
-- main.py
import system
assert system.describe() == "posix: /"
-- system.py
import os

if os.name == "posix":
    from unix import describe
else:
    from windows import describe

SEPARATOR = "/"
-- unix.py
from system import SEPARATOR

def describe():
    return "posix: " + SEPARATOR
-- windows.py
def describe():
    return "nt"
""",
        "unix.py:1", "system.py:8", "defer",
    ),
    Broken(
        "multi-line from-import with parentheses and several names",
        """
-- main.py
from util.format import show
assert show("x") == "<x>|"
-- util/__init__.py
-- util/format.py
from .text import wrap

LEFT = "<"
RIGHT = ">"
END = "|"

def show(text):
    return wrap(text) + END
-- util/text.py
from .format import (
    LEFT,
    RIGHT,
)

def wrap(text):
    return LEFT + text + RIGHT
""",
        "util/text.py:1", "util/format.py:3", "defer",
    ),
    Broken(
        "several names of which one only is needed at once",
        """
-- main.py
import tax
assert tax.total(100) == 119
-- tax.py
from rates import TABLE, apply

BASE = 19

def rounded(x):
    return round(x)

def total(x):
    return rounded(apply(x))
-- rates.py
from tax import BASE, rounded

TABLE = {"normal": BASE}

def apply(x):
    return rounded(x + x * TABLE["normal"] / 100)
""",
        "rates.py:1", "tax.py:3", "defer",
    ),
    Broken(
        "three, sub-packages and absolute names",
        """
-- main.py
from shop.web.views import page
assert page() == "shop: v1"
-- shop/__init__.py
-- shop/web/__init__.py
-- shop/core/__init__.py
-- shop/web/views.py
from shop.core.service import title

VERSION = "v1"

def page():
    return title()
-- shop/core/service.py
from shop.core.base import PREFIX, version

def title():
    return PREFIX + version()
-- shop/core/base.py
from shop.web.views import VERSION

PREFIX = "shop: "

def version():
    return VERSION
""",
        "shop/core/base.py:1", "shop/web/views.py:3", "defer",
    ),
    Broken(
        "three, the chain begins in the middle",
        """
-- main.py
from y import Y
from x import X
assert X().y.z.text == "z of x"
-- x.py
from y import Y

NAME = "x"

class X:
    def __init__(self):
        self.y = Y()
-- y.py
from z import Z

class Y:
    def __init__(self):
        self.z = Z()
-- z.py
from x import NAME

class Z:
    text = "z of " + NAME
""",
        "x.py:1", "y.py:3", "defer",
    ),
    Broken(
        "three, a metaclass and registries",
        """
-- main.py
from models import Model
from article import Article
assert Article.fields == ["title"]
-- meta.py
from fields import Field

class Meta(type):
    def __new__(cls, name, bases, body):
        made = super().__new__(cls, name, bases, body)
        made.fields = [k for k, v in body.items() if isinstance(v, Field)]
        return made
-- fields.py
from models import Model

class Field:
    def __set_name__(self, owner, name):
        assert issubclass(owner, Model)
        self.name = name
-- models.py
from meta import Meta

class Model(metaclass=Meta):
    pass
-- article.py
from fields import Field
from models import Model

class Article(Model):
    title = Field()
""",
        "fields.py:1", "models.py:3", "defer",
    ),
    Broken(
        "five, layered services",
        """
-- main.py
from svc.users import signup
assert signup("ann") == "mail to ann from admin@x"
-- svc/__init__.py
-- svc/users.py
from svc.accounts import create

ADMIN = "admin@x"

def signup(name):
    return create(name)
-- svc/accounts.py
from svc.events import emit

def create(name):
    return emit("created", name)
-- svc/events.py
from svc.queue import push

def emit(kind, name):
    return push((kind, name))
-- svc/queue.py
from svc.mail import send

def push(item):
    return send(item[1])
-- svc/mail.py
from svc.users import ADMIN

def send(name):
    return f"mail to {name} from {ADMIN}"
""",
        "svc/mail.py:1", "svc/users.py:3", "defer",
    ),
    Broken(
        "five, class bases round the ring",
        """
-- main.py
import k1
assert k1.top() == "K2"
-- k1.py
import k2

class K1:
    pass

def top():
    return k2.K2.__name__
-- k2.py
import k3

class K2(k3.K3):
    pass
-- k3.py
import k4

class K3(k4.K4):
    pass
-- k4.py
import k5

class K4(k5.K5):
    pass
-- k5.py
from k1 import K1

class K5(K1):
    pass
""",
        "k5.py:1", "k1.py:3", "defer",
    ),
    Broken(
        "init re-exports with __all__",
        """
-- main.py
import geo
assert geo.area(geo.Square(2)) == 4
-- geo/__init__.py
from .area import area
from .figures import Square, Circle

__all__ = ["area", "Square", "Circle"]
-- geo/area.py
from geo import Circle, Square

KNOWN = (Circle, Square)

def area(figure):
    assert isinstance(figure, KNOWN)
    return figure.side ** 2
-- geo/figures.py
class Circle:
    pass

class Square:
    def __init__(self, side):
        self.side = side
""",
        "geo/area.py:1", "geo/__init__.py:2", "direct",
    ),
    Broken(
        "init defines a constant after importing submodules",
        """
-- main.py
import lib
assert lib.a.text() == "lib 2.0"
-- lib/__init__.py
from . import a
from .b import thing

__version__ = "2.0"
-- lib/a.py
from lib import __version__

TEXT = "lib " + __version__

def text():
    return TEXT
-- lib/b.py
thing = 1
""",
        "lib/a.py:1", "lib/__init__.py:4", "reorder",
    ),
    Broken(
        "init star imports of two submodules",
        """
-- main.py
from ui import Button, Theme
assert Button().theme is Theme
-- ui/__init__.py
from .button import *
from .theme import *
-- ui/button.py
from ui import Theme

class Button:
    theme = Theme
-- ui/theme.py
class Theme:
    pass
""",
        "ui/button.py:1", "ui/__init__.py:2", "direct",
    ),
    Broken(
        "sub-package inits import each other",
        """
-- main.py
import net.http
assert net.http.serve() == 80
-- net/__init__.py
-- net/http/__init__.py
from net.tcp import listen

PORT = 80

def serve():
    return listen()
-- net/tcp/__init__.py
from net.http import PORT

def listen():
    return PORT
""",
        "net/tcp/__init__.py:1", "net/http/__init__.py:3", "defer",
    ),
    Broken(
        "from . import sibling as alias with attribute use",
        """
-- main.py
from app import models
assert models.Model().url() == "/m"
-- app/__init__.py
-- app/models.py
from . import views as v

class Model:
    def url(self):
        return v.URLS[Model]
-- app/views.py
from . import models as m

URLS = {m.Model: "/m"}
""",
        "app/views.py:3", "app/models.py:3", "defer",
    ),
    Broken(
        "two levels of relative import",
        """
-- main.py
import pkg.top
assert pkg.top.call() == ("top", 1)
-- pkg/__init__.py
-- pkg/top.py
from .sub.deep import call

LIMIT = 1
NAME = "top"
-- pkg/sub/__init__.py
-- pkg/sub/deep.py
from ..top import LIMIT, NAME

def call():
    return NAME, LIMIT
""",
        "pkg/sub/deep.py:1", "pkg/top.py:3", "defer",
    ),
    Broken(
        "star import and use of a missing name",
        """
-- main.py
import engine
assert engine.run() == 30
-- engine.py
from consts import *

STEP = 10

def run():
    return TOTAL
-- consts.py
from engine import *

TOTAL = STEP * 3
""",
        "consts.py:3", "engine.py:3", "reorder",
    ),
    Broken(
        "import in class body",
        """
-- main.py
import host
assert host.Host.plug.name == "plug of host"
-- host.py
class Host:
    import plug

NAME = "host"
-- plug.py
from host import NAME

name = "plug of " + NAME
""",
        "plug.py:1", "host.py:4", "reorder",
    ),
    Broken(
        "import_module at the top",
        """
-- main.py
import loader
assert loader.PARTS["child"].VALUE == 8
-- loader.py
import importlib

PARTS = {name: importlib.import_module(name) for name in ("child",)}
SCALE = 4
-- child.py
from loader import SCALE

VALUE = SCALE * 2
""",
        "child.py:1", "loader.py:4", "reorder",
    ),
    Broken(
        "__init_subclass__ and a lambda default",
        """
-- main.py
import base
assert [c.__name__ for c in base.Base.known] == ["Ext"]
-- base.py
import ext

class Base:
    known = []
    def __init_subclass__(cls):
        Base.known.append(cls)
-- ext.py
from base import Base

class Ext(Base):
    key = lambda self, n=len(Base.known): n
""",
        "ext.py:1", "base.py:3", "reorder",
    ),
    Broken(
        "settings computed by a helper which needs settings",
        """
-- main.py
import settings
assert settings.DATA == "/srv/data"
assert settings.DEBUG is False
-- settings.py
from paths import under_root

ROOT = "/srv"
DATA = under_root("data")
DEBUG = False
-- paths.py
from settings import ROOT

def under_root(name):
    return ROOT + "/" + name
""",
        "paths.py:1", "settings.py:3", "defer",
    ),
    Broken(
        "functools cache decorator with the other's constant",
        """
-- main.py
import calc
assert calc.slow(3) == 9
-- calc.py
from memo import cached

SIZE = 16

@cached
def slow(n):
    return n * n
-- memo.py
from functools import lru_cache
from calc import SIZE

def cached(function):
    return lru_cache(maxsize=SIZE)(function)
""",
        "memo.py:2", "calc.py:3", "defer",
    ),
    Broken(
        "property and isinstance only in functions, both directions from-import",
        """
-- main.py
from parent import Parent
p = Parent()
assert p.add().parent is p
-- parent.py
from child import Child

class Parent:
    def add(self):
        return Child(self)
-- child.py
from parent import Parent

class Child:
    def __init__(self, parent):
        if not isinstance(parent, Parent):
            raise TypeError(parent)
        self.parent = parent
""",
        "child.py:1", "parent.py:3", "defer",
    ),
    Broken(
        "name used in a function and in an annotation",
        """
-- main.py
from a import A
assert A().make().a is not None
-- a.py
from b import B

class A:
    def make(self) -> B:
        return B(self)
-- b.py
from a import A

class B:
    a: A

    def __init__(self, a: A) -> None:
        self.a = a

    def again(self) -> "A":
        return A()
""",
        "b.py:1", "a.py:3", "defer",
    ),
    Broken(
        "docstring, future import and comments",
        '''
-- main.py
#!/usr/bin/env python
"""The program."""
import a

assert a.run() == 5
-- a.py
# -*- coding: utf-8 -*-
"""Module a: adds."""
from __future__ import annotations

import os

from b import add  # the adder

#: five
FIVE = 5


def run() -> int:
    """Run it."""
    return add()
-- b.py
# Copyright somebody
"""Module b.

It needs a.
"""
from __future__ import annotations

import sys

from a import FIVE  # noqa: E402


def add() -> int:
    """Return five."""
    return FIVE
''',
        "b.py:10", "a.py:10", "defer",
    ),
    Broken(
        "a thread in the middle",
        """
-- main.py
import jobs
assert jobs.run() == [1]
-- jobs.py
from worker import work

QUEUE = [1]

def run():
    return work()
-- worker.py
import threading
from jobs import QUEUE

def work():
    out = []
    t = threading.Thread(target=lambda: out.extend(QUEUE))
    t.start()
    t.join()
    return out
""",
        "worker.py:2", "jobs.py:3", "defer",
    ),
    Broken(
        "run as a module of a package, -m",
        """
-- tool/__init__.py
-- tool/__main__.py
from .cli import main
main()
-- tool/cli.py
from .helpers import say

NAME = "tool"

def main():
    say()
-- tool/helpers.py
from .cli import NAME

def say():
    print(NAME)
""",
        "tool/helpers.py:1", "tool/cli.py:3", "defer", words=("-m", "tool"),
    ),
    Broken(
        "run by -m, of a module that its helper imports back, twin and circular",
        """
-- tool/__init__.py
-- tool/run.py
from tool.helpers import say

NAME = "tool"

def main():
    say()

if __name__ == "__main__":
    main()
-- tool/helpers.py
from tool.run import NAME

def say():
    print(NAME)
""",
        "tool/run.py:1", "tool/helpers.py:3", "defer", words=("-m", "tool.run"),
    ),
    Broken(
        "src layout with sys.path insert",
        """
-- main.py
import sys, os
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "src"))
import a
assert a.go() == 1
-- src/a.py
from b import go
ONE = 1
-- src/b.py
from a import ONE
def go():
    return ONE
""",
        "src/b.py:1", "src/a.py:2", "defer",
    ),
    Broken(
        "namespace package",
        """
-- main.py
import ns.a
assert ns.a.go() == 1
-- ns/a.py
from ns.b import go
ONE = 1
-- ns/b.py
from ns.a import ONE
def go():
    return ONE
""",
        "ns/b.py:1", "ns/a.py:2", "defer",
    ),
    Broken(
        "two independent cycles, both fail",
        """
-- main.py
import a
import c
assert a.f() + c.g() == 3
-- a.py
from b import f
ONE = 1
-- b.py
from a import ONE
def f():
    return ONE
-- c.py
from d import g
TWO = 2
-- d.py
from c import TWO
def g():
    return TWO
""",
        "b.py:1", "a.py:2", "defer",
    ),
    Broken(
        "a function called while importing reaches back",
        """
-- main.py
import core
assert core.ITEMS == ["a"]
-- core.py
import start
ITEMS = start.begin()
def item(): return "a"
-- start.py
def begin():
    from core import item
    return [item()]
""",
        "start.py:2", "core.py:3", "reorder",
    ),
    Broken(
        "conditional expression and default dict",
        """
-- main.py
import cfga
assert cfga.value() == "debug"
-- cfga.py
from cfgb import MODE
DEBUG = True
def value():
    return MODE
-- cfgb.py
import cfga
MODE = "debug" if cfga.DEBUG else "release"
""",
        "cfgb.py:2", "cfga.py:2", "defer",
    ),
    Broken(
        "with statement and walrus",
        """
-- main.py
import locka
assert locka.use() == 7
-- locka.py
import threading
from lockb import VALUE
LOCK = threading.Lock()
def use():
    with LOCK:
        return VALUE
-- lockb.py
from locka import LOCK
with LOCK:
    VALUE = (n := 7)
""",
        "lockb.py:1", "locka.py:3", "defer",
    ),
    Broken(
        "pydantic-like nested class attributes",
        """
-- main.py
from schemas.post import Post
from schemas.user import User
assert User.relations == {"posts": Post}
-- schemas/__init__.py
-- schemas/post.py
from __future__ import annotations
from schemas.user import User
class Post:
    author: User
    @staticmethod
    def make(u: User) -> Post:
        return Post()
-- schemas/user.py
from __future__ import annotations
from schemas.post import Post
class User:
    relations = {"posts": Post}
    def first(self) -> Post:
        return Post()
""",
        "schemas/user.py:2", "schemas/post.py:3", "typing",
    ),
    Broken(
        "calendar folder",
        """
-- main.py
from calendar import monthrange
assert monthrange(2024, 2)[1] == 29
-- calendar/__init__.py
from .events import EVENTS
-- calendar/events.py
EVENTS = []
""",
        "main.py:1", "", "rename", kind="shadowed",
    ),
    Broken(
        "a stdlib submodule, concurrent",
        """
-- main.py
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as e:
    assert e.submit(int, "3").result() == 3
-- concurrent.py
def work(): pass
""",
        "main.py:1", "", "rename", kind="shadowed",
    ),
    Broken(
        "blocked",
        """
-- main.py
import sys
import block
import csv
assert csv.reader
-- block.py
import sys
sys.modules["csv"] = None
""",
        "main.py:3", "", "remove", kind="blocked",
    ),
    Broken(
        "misspelled in a half module",
        """
-- main.py
import a
assert a.go() == 5
-- a.py
from b import go
AMOUNT = 5
-- b.py
from a import AMOUNTS
def go():
    return AMOUNTS
""",
        "b.py:1", "", "name", kind="misspelled",
    ),
    Broken(
        "NamedTuple and default from the other",
        """
-- main.py
from canvas import Canvas
assert Canvas().origin == (0, 0)
-- canvas.py
from shape import Point

ZERO = 0

class Canvas:
    origin = Point()
-- shape.py
from typing import NamedTuple

from canvas import ZERO

class Point(NamedTuple):
    x: int = ZERO
    y: int = ZERO
""",
        "shape.py:3", "canvas.py:3", "reorder",
    ),
    Broken(
        "abstract base with registry in __init__",
        """
-- main.py
import plugins
assert sorted(plugins.REGISTRY) == ["csv", "json"]
-- plugins/__init__.py
from .csvp import CsvPlugin
from .jsonp import JsonPlugin

REGISTRY = {}

class Plugin:
    def __init_subclass__(cls, name):
        REGISTRY[name] = cls
-- plugins/csvp.py
from plugins import Plugin

class CsvPlugin(Plugin, name="csv"):
    pass
-- plugins/jsonp.py
from plugins import Plugin

class JsonPlugin(Plugin, name="json"):
    pass
""",
        "plugins/csvp.py:1", "plugins/__init__.py:6", "reorder",
    ),
    Broken(
        "multiple inheritance across packages",
        """
-- main.py
from lib.core.app import App
assert App().log() == "App"
-- lib/__init__.py
-- lib/core/__init__.py
-- lib/mixins/__init__.py
-- lib/core/app.py
from lib.mixins.log import LogMixin

class Named:
    def name(self):
        return type(self).__name__

class App(LogMixin):
    pass
-- lib/mixins/log.py
from ..core.app import Named

class LogMixin(Named):
    def log(self):
        return self.name()
""",
        "lib/mixins/log.py:1", "lib/core/app.py:3", "reorder",
    ),
    Broken(
        "property of module through package attribute",
        """
-- main.py
import srv
assert srv.routes.TABLE == ["/x"]
-- srv/__init__.py
from . import routes
from . import handlers
-- srv/routes.py
import srv

TABLE = [srv.handlers.PATH]
-- srv/handlers.py
PATH = "/x"
""",
        "srv/routes.py:3", "srv/__init__.py:2", "reorder",
    ),
    Broken(
        "six modules",
        """
-- main.py
import m1
assert m1.x() == 6
-- m1.py
from m2 import x
ONE = 1
-- m2.py
import m3
def x(): return m3.x() + 1
-- m3.py
from m4 import x as y
def x(): return y() + 1
-- m4.py
from m5 import *
def x(): return five() + 1
-- m5.py
import m6
def five(): return m6.six() + 1
-- m6.py
from m1 import ONE
def six(): return ONE + 1
""",
        "m6.py:1", "m1.py:2", "defer",
    ),
]  # fmt: skip
