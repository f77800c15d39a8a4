"""Where IPython meets entrepot: events, magics, completion, display.

``load_ipython_extension`` is what ``%load_ext entrepot`` calls, through the package.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from entrepot.engine import takeover

from . import words
from .answers import Answers
from .completion import completions
from .notebook import EXPLICIT, OFF, ON, Notebook
from .telling import Telling

if TYPE_CHECKING:
    import ast

try:
    from IPython.core.completer import SimpleCompletion, context_matcher
except ImportError:  # IPython before 8.6, as in Colab: the words are not completed
    context_matcher = None

KEY = "_entrepot"


@magics_class
class Extension(Magics):  # type: ignore[misc]
    """The magics of one shell, and what is called around its cells."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.must_print = False
        self.must_log = False
        self.is_rejected = False
        system = takeover.current() or takeover.take_over()
        self.notebook = Notebook(system, shell.user_ns, self.show, self.is_in_a_cell)
        self.answers = Answers(self.notebook)
        self.matcher = self.make_matcher()

    def start(self) -> None:
        """Begin: the modules that are loaded are live, and what earlier cells took follows."""
        shell = self.shell
        if self.has_rival():
            self.replace_autoreload()
        self.register()
        for source in shell.user_ns.get("In", [])[1:]:
            self.notebook.names.ran(source)
        shell.events.register("pre_run_cell", self.before_cell)
        shell.events.register("post_run_cell", self.after_cell)
        shell.ast_transformers.append(self)
        if self.matcher is not None:
            shell.Completer.custom_matchers.append(self.matcher)

    def stop(self) -> None:
        """End: the modules stay as they are, and IPython is as before."""
        shell = self.shell
        shell.events.unregister("pre_run_cell", self.before_cell)
        shell.events.unregister("post_run_cell", self.after_cell)
        shell.ast_transformers.remove(self)
        if self.matcher is not None:
            shell.Completer.custom_matchers.remove(self.matcher)
        magics = shell.magics_manager.magics["line"]
        for name in ("entrepot", "aimport", "autoreload"):
            if getattr(magics.get(name), "__self__", None) is self:
                del magics[name]
        self.notebook.close()

    # around a cell

    def before_cell(self, _info: Any) -> None:
        """Come before a cell."""
        try:
            if not self.notebook.before_cell():
                self.is_rejected = True
        except Exception as fault:
            self.notebook.step_back(fault)

    def after_cell(self, result: Any) -> None:
        """Come after a cell, however it ended."""
        try:
            if self.has_rival():
                self.replace_autoreload()
            self.notebook.after_cell(self._source_of(result.info))
        except Exception as fault:
            self.notebook.step_back(fault)

    def is_in_a_cell(self) -> bool:
        """Return whether a cell is running that runs this one, by the frames below."""
        at: Any = sys._getframe(1)  # noqa: SLF001 (the only way)
        while at is not None and at.f_code is not type(self.shell).run_code.__code__:
            at = at.f_back
        return at is not None

    def visit(self, tree: ast.AST) -> ast.AST:
        """Let a cell run, or not: the user interrupted before its first line.

        Raises:
            KeyboardInterrupt: As an interrupt of the cell would.
        """
        if self.is_rejected:
            self.is_rejected = False
            raise KeyboardInterrupt
        return tree

    def _source_of(self, info: Any) -> str:
        source = getattr(info, "transformed_cell", None)
        if source is None:
            source = self.shell.transform_cell(info.raw_cell or "")
        return str(source)

    def has_rival(self) -> bool:
        """Return whether ``%autoreload`` is IPython's own."""
        magic = self.shell.magics_manager.magics["line"].get("autoreload")
        return magic is not None and getattr(magic, "__self__", None) is not self

    def replace_autoreload(self) -> None:
        """Do autoreload's work under its own name: two reloaders would undo each other's."""
        self.shell.run_line_magic("autoreload", "off")
        self.register()
        self.show(Telling("autoreload is off; %autoreload means %entrepot in this notebook"))

    def register(self) -> None:
        """Register the magics; ``%autoreload`` is another name of ``%entrepot``."""
        self.shell.register_magics(self)
        self.shell.register_magic_function(self.entrepot, "line", "autoreload")

    def make_matcher(self) -> Any:
        """Return what IPython's completer asks: a function, since it is given attributes."""
        if context_matcher is None:
            return None

        @context_matcher(identifier="entrepot")  # type: ignore[untyped-decorator]
        def complete(context: Any) -> dict[str, Any]:
            found = completions(context.line_with_cursor, self.notebook.live.records)
            texts = [SimpleCompletion(text) for text in found]
            return {"completions": texts, "suppress": bool(found)}

        return complete

    # saying

    def show(self, telling: Telling) -> None:
        """Show a telling under the cell."""
        if self.must_log:
            logging.getLogger("entrepot").info("%s", telling.line)
        if self.must_print:
            print(telling, flush=True)
        elif not self.must_log:
            display(telling)

    # the magics

    @line_magic  # type: ignore[untyped-decorator]
    def entrepot(self, line: str) -> None:
        """Keep the modules of this notebook live.

        %entrepot on       edits are taken before and after each cell (2, 3, all, complete)
        %entrepot explicit only those of modules named by %aimport (1)
        %entrepot off      no edit is taken (0)
        %entrepot now      take what is on disk at once (also: %entrepot)
        %entrepot status   what is live, what is watched, what is in trouble
        %entrepot retry    try again what could not be taken
        %entrepot plan     what the waiting edits would do   %entrepot plan FILE: of one file
        %entrepot why      why the last edit did what it did   %entrepot why NAME: of one name
        %entrepot keep     names that keep their value whatever happens: keep shop.cart.CARTS
        %entrepot verify   compare with two fresh processes: equal to a restart?

        -p prints what is done as plain text, -l logs it to the logger "entrepot",
        --hide-errors says nothing of edits that cannot be taken.
        """
        try:
            command = words.parse(line)
        except words.WordsError as error:
            print(f"%entrepot: {error}\n  nothing was changed\n  %entrepot? lists the words")
            return
        self._set_flags(command)
        if command.word in {ON, OFF, EXPLICIT}:
            self.notebook.mode = command.word
        else:
            self.show_answer(self.answers.answer(command.word, command.arguments))

    def show_answer(self, telling: Telling | None) -> None:
        """Show what was asked for: also when nothing else is shown."""
        if telling is not None:
            telling.is_asked = True
            display(telling)

    def _set_flags(self, command: words.Command) -> None:
        if command.word in {ON, OFF, EXPLICIT, "now"}:
            self.must_print = command.flags["print"]
            self.must_log = command.flags["log"]
            self.notebook.hides_errors = command.flags["hide_errors"]

    @line_magic  # type: ignore[untyped-decorator]
    def aimport(self, line: str) -> None:
        """Choose modules: %aimport x, y imports and names them, %aimport -x excludes.

        A package stands for all in it, shop.c* for what fits. Without a name it lists them.
        """
        notebook = self.notebook
        if not line.strip():
            everything = "all but the excluded" if notebook.mode != EXPLICIT else ""
            print(f"live:     {everything or ' '.join(sorted(notebook.wanted))}")
            print(f"excluded: {' '.join(sorted(notebook.unwanted))}")
            return
        for name, alias, is_wanted in words.modules_of(line):
            if not is_wanted:
                notebook.unwanted.add(name)
                notebook.wanted.discard(name)
                continue
            notebook.unwanted.discard(name)
            notebook.wanted.add(name)
            if "*" in name:
                continue
            module = importlib.import_module(name)
            top = name.partition(".")[0]
            self.shell.push({alias: module} if alias else {top: sys.modules[top]})


def load_ipython_extension(shell: Any) -> None:
    """Make a shell's modules live; once is enough."""
    if getattr(shell, KEY, None) is None:
        extension = Extension(shell)
        setattr(shell, KEY, extension)
        extension.start()


def unload_ipython_extension(shell: Any) -> None:
    """Let a shell's modules go."""
    extension = getattr(shell, KEY, None)
    if extension is not None:
        delattr(shell, KEY)
        extension.stop()
