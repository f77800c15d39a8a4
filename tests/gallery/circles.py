"""Programs that a circular import breaks, and what their story must say."""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """A program that fails, and that runs once the proposed change is made.

    Attributes:
        title: What is broken, as a sentence without a final stop.
        program: Its files, as `tests.seeds.grounds.write` understands them.
        needs: Where the name is needed that is not there, as ``"file:line"``.
        binds: Where it would have been bound, ``""`` for nowhere.
        how: The kind of the change that is to be proposed.
        kind: The kind of the story.
        since: The first Python that it fails on.
        words: What is run, as after ``python``.
    """

    title: str
    program: str
    needs: str
    binds: str
    how: str
    kind: str = "circular"
    since: tuple[int, int] = (3, 11)
    words: tuple[str, ...] = ("main.py",)


CIRCLES = [
    Broken(
        "two modules and a function that needs the name",
        """
-- main.py
import shop
assert shop.total(3) == 6
-- shop.py
from cart import total
RATE = 2
-- cart.py
from shop import RATE
def total(n):
    return n * RATE
""",
        "cart.py:1", "shop.py:2", "defer",
    ),
    Broken(
        "two modules and a name that is needed at once",
        """
-- main.py
from settings import TITLE
assert TITLE == "shop: 20 rows"
-- settings.py
from pages import header
ROWS = 20
TITLE = header("shop")
-- pages.py
from settings import ROWS
FOOT = f"{ROWS} rows"
def header(text):
    return f"{text}: {FOOT}"
""",
        "pages.py:1", "settings.py:2", "reorder",
    ),
    Broken(
        "two modules and an attribute of the module",
        """
-- main.py
import model
assert model.Order().total() == 3
-- model.py
import view
class Order:
    def total(self): return 3
    def shown(self): return view.Page(self)
-- view.py
import model
class Page(model.Order):
    pass
""",
        "view.py:2", "model.py:2", "defer",
    ),
    Broken(
        "a base class on one side and a constant on the other",
        """
-- main.py
import base
assert base.Base.rate == 1
import child
assert child.Child.rate == 1
-- child.py
from base import Base
RATE = 1
class Child(Base):
    pass
-- base.py
from child import RATE
class Base:
    rate = RATE
""",
        "child.py:1", "base.py:2", "move",
    ),
    Broken(
        "a default argument",
        """
-- main.py
from report import write
assert write() == "A4"
-- report.py
from paper import width, PAPER
def write():
    return width()
SIZE = "A4"
-- paper.py
from report import SIZE
PAPER = "paper"
def width(size=SIZE):
    return size
""",
        "paper.py:1", "report.py:4", "defer",
    ),
    Broken(
        "classes that only annotate each other",
        """
-- main.py
from person import Person
from pet import Pet
assert Person().pets(Pet()) == 1
-- person.py
from pet import Pet
class Person:
    def pets(self, pet: Pet) -> int:
        return 1
-- pet.py
from person import Person
class Pet:
    def owner(self, person: Person) -> None:
        return None
""",
        "pet.py:1", "person.py:2", "typing",
    ),
    Broken(
        "three modules in a row",
        """
-- main.py
import a
assert a.run() == ("a", "b", "c")
-- a.py
from b import run_b
def name(): return "a"
def run(): return (name(), *run_b())
-- b.py
from c import run_c
def run_b(): return ("b", *run_c())
-- c.py
from a import name
def run_c():
    assert name() == "a"
    return ("c",)
""",
        "c.py:1", "a.py:2", "defer",
    ),
    Broken(
        "three modules of a package",
        """
-- main.py
from bank.account import Account
assert Account().fee() == 5
-- bank/__init__.py
-- bank/account.py
from .ledger import book
FEE = 5
class Account:
    def fee(self):
        return book()
-- bank/ledger.py
from .audit import check
def book():
    return check()
-- bank/audit.py
from .account import FEE
def check():
    return FEE
""",
        "bank/audit.py:1", "bank/account.py:2", "defer",
    ),
    Broken(
        "five modules",
        """
-- main.py
import one
assert one.value() == 15
-- one.py
from two import two
START = 1
def value():
    return START + two()
-- two.py
from three import three
def two(): return 2 + three()
-- three.py
from four import four
def three(): return 3 + four()
-- four.py
from five import five
def four(): return 4 + five()
-- five.py
from one import START
def five(): return 5 * START
""",
        "five.py:1", "one.py:2", "defer",
    ),
    Broken(
        "five modules of two packages, all needed at once",
        """
-- main.py
import left.a
assert left.a.SUM == 10
-- left/__init__.py
-- right/__init__.py
-- left/a.py
from right.b import B
BASE = 1
SUM = BASE + B
-- right/b.py
from left.c import C
B = 2 + C
-- left/c.py
from right.d import D
C = 3 + D
-- right/d.py
from left.e import E
D = E
-- left/e.py
from .a import BASE
E = BASE + 3
""",
        "left/e.py:1", "left/a.py:2", "reorder",
    ),
    Broken(
        "a package that hands on what its modules take from it",
        """
-- main.py
import shapes
assert shapes.Square().sides == 4
-- shapes/__init__.py
from .square import Square
from .shape import Shape
-- shapes/square.py
from shapes import Shape
class Square(Shape):
    sides = 4
-- shapes/shape.py
class Shape:
    sides = 0
""",
        "shapes/square.py:1", "shapes/__init__.py:2", "direct",
    ),
    Broken(
        "the same with one dot",
        """
-- main.py
from plugins import load
assert load() == "base"
-- plugins/__init__.py
from .loader import load
from .names import BASE
-- plugins/loader.py
from . import BASE
def load(name=BASE):
    return name
-- plugins/names.py
BASE = "base"
""",
        "plugins/loader.py:1", "plugins/__init__.py:2", "direct",
    ),
    Broken(
        "two dots",
        """
-- main.py
import app
assert app.VERSION == app.core.engine.banner() == "1.0"
-- app/__init__.py
from .core import engine
from . import core
VERSION = "1.0"
-- app/core/__init__.py
-- app/core/engine.py
from .. import VERSION
def banner():
    return VERSION
""",
        "app/core/engine.py:1", "app/__init__.py:3", "defer",
    ),
    Broken(
        "a re-export over three files",
        """
-- main.py
import lib
assert lib.make() == "thing"
-- lib/__init__.py
from .factory import make
from .public import Thing
-- lib/public.py
from .things import Thing
-- lib/things.py
class Thing:
    name = "thing"
-- lib/factory.py
from lib import Thing
DEFAULT = Thing()
def make():
    return DEFAULT.name
""",
        "lib/factory.py:1", "lib/__init__.py:2", "direct",
    ),
    Broken(
        "a re-export under another name",
        """
-- main.py
import kit
assert kit.use() == 7
-- kit/__init__.py
from .user import use
from .tools import seven as SEVEN
-- kit/tools.py
seven = 7
-- kit/user.py
from kit import SEVEN as number
TABLE = [number]
def use():
    return TABLE[0]
""",
        "kit/user.py:1", "kit/__init__.py:2", "direct",
    ),
    Broken(
        "a star import that comes too early",
        """
-- main.py
import config
assert config.level() == "debug!"
-- config.py
from helpers import *
LEVEL = "debug"
def level(): return LOUD
-- helpers.py
from config import *
LOUD = LEVEL + "!"
""",
        "helpers.py:2", "config.py:2", "reorder",
    ),
    Broken(
        "a star re-export of a package",
        """
-- main.py
import game
assert game.start() == "board"
-- game/__init__.py
from .player import *
from .board import *
def start(): return Player.board.name
-- game/player.py
from game import Board
class Player:
    board = Board()
-- game/board.py
class Board:
    name = "board"
""",
        "game/player.py:1", "game/__init__.py:2", "direct",
    ),
    Broken(
        "a submodule asked for as an attribute before it is one",
        """
-- main.py
import zoo
assert zoo.cage.SIZE == 6
-- zoo/__init__.py
from . import cage
from . import bars
-- zoo/cage.py
import zoo
SIZE = zoo.bars.COUNT * 2
-- zoo/bars.py
COUNT = 3
""",
        "zoo/cage.py:2", "zoo/__init__.py:2", "reorder",
    ),
    Broken(
        "an import inside a function that is called at once",
        """
-- main.py
import registry
assert registry.NAMES == ["first"]
-- registry.py
def fill():
    from entries import entries
    return list(entries())
NAMES = fill()
PREFIX = "fir"
-- entries.py
from registry import PREFIX
FIRST = PREFIX + "st"
def entries():
    yield FIRST
""",
        "entries.py:1", "registry.py:5", "reorder",
    ),
    Broken(
        "a decorator of the other module",
        """
-- main.py
import server
assert server.ROUTES == ["home"]
-- server.py
import pages
ROUTES = []
def route(function):
    ROUTES.append(function.__name__)
    return function
-- pages.py
from server import route
@route
def home():
    return "home"
""",
        "pages.py:1", "server.py:3", "reorder",
    ),
    Broken(
        "names of which one is needed at once",
        """
-- main.py
import tax
assert tax.due(100) == 119.0
-- tax.py
from rules import apply
STEP = 1
PERCENT = 19
def due(n): return apply(n)
-- rules.py
from tax import STEP, PERCENT
FACTOR = STEP / 100
def apply(n):
    return n + n * FACTOR * PERCENT
""",
        "rules.py:1", "tax.py:2", "defer",
    ),
    Broken(
        "a lambda that needs the name later",
        """
-- main.py
import menu
assert menu.choose("buy") == 9
-- menu.py
from actions import ACTIONS
PRICE = 9
def choose(name): return ACTIONS[name]()
-- actions.py
from menu import PRICE
ACTIONS = {"buy": lambda: PRICE}
""",
        "actions.py:1", "menu.py:2", "defer",
    ),
    Broken(
        "a method on one line",
        """
-- main.py
import node
assert node.Node().tree().depth == 1
-- node.py
from tree import Tree
class Node:
    depth = 1
    def tree(self): return Tree(self)
-- tree.py
from node import Node
class Tree:
    def __init__(self, node): self.depth = Node.depth
""",
        "tree.py:1", "node.py:2", "defer",
    ),
    Broken(
        "the program itself is imported again",
        """
-- main.py
from plugin import limit
LIMIT = 3
if __name__ == "__main__":
    assert limit() == 3
-- plugin.py
from main import LIMIT
def limit():
    return LIMIT
""",
        "main.py:1", "plugin.py:2", "defer",
    ),
    Broken(
        "a namespace package",
        """
-- main.py
from space.one import one
assert one() == 2
-- space/one.py
from space.two import two
ONE = 1
def one(): return two()
-- space/two.py
from space.one import ONE
def two(): return ONE + 1
""",
        "space/two.py:1", "space/one.py:2", "defer",
    ),
    Broken(
        "an error that another error hides",
        """
-- main.py
import outer
assert outer.LEVEL == outer.ready() == 1
-- outer.py
try:
    from inner import ready
except ImportError as error:
    raise RuntimeError("cannot start") from error
LEVEL = 1
-- inner.py
from outer import LEVEL
def ready():
    return LEVEL
""",
        "inner.py:1", "outer.py:5", "defer",
    ),
    Broken(
        "a name that is misspelled, blamed on a circle",
        """
-- main.py
import colours
assert colours.RED == 1
-- colours.py
RED = 1
GREEN = 2
import paint
-- paint.py
from colours import GREN
""",
        "paint.py:1", "", "name", kind="misspelled",
    ),
]  # fmt: skip
