"""A complete Python import system as a library: isolate it, see into it, keep it live.

    import entrepot

    entrepot.take_over()     # imports, importlib and C's own imports go through our system
    entrepot.give_back()     # and no more
    live = entrepot.live(roots=["src"])    # keep a program's modules live: live.apply()

The names below are loaded when they are first used, so that ``import entrepot`` costs next to
nothing.
"""

TYPE_CHECKING = False  # typing is not loaded for it
if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.engine.system import ImportSystem
    from entrepot.engine.takeover import current, give_back, take_over
    from entrepot.errors import (
        EntrepotError,
        SystemClosedError,
        SystemNameError,
        SystemPathError,
        TakeOverError,
    )
    from entrepot.reloading.edit import Edit
    from entrepot.reloading.report import Report
    from entrepot.reloading.session import Live, live
    from entrepot.reloading.steady import steady
    from entrepot.views.cycles import cycles
    from entrepot.views.description import describe
    from entrepot.views.doctor import doctor
    from entrepot.views.explaining import explain
    from entrepot.views.tracing import trace
    from entrepot.views.why_loaded import why

__version__ = "0.1.0"

__all__ = [
    "Edit",
    "EntrepotError",
    "ImportSystem",
    "Live",
    "Report",
    "SystemClosedError",
    "SystemNameError",
    "SystemPathError",
    "TakeOverError",
    "current",
    "cycles",
    "describe",
    "doctor",
    "explain",
    "give_back",
    "live",
    "steady",
    "take_over",
    "trace",
    "why",
]

# Where each public name is: {"take_over": "entrepot.engine.takeover"}.
_homes_by_name: "Mapping[str, str]" = {
    "Edit": "entrepot.reloading.edit",
    "EntrepotError": "entrepot.errors",
    "ImportSystem": "entrepot.engine.system",
    "Live": "entrepot.reloading.session",
    "Report": "entrepot.reloading.report",
    "SystemClosedError": "entrepot.errors",
    "SystemNameError": "entrepot.errors",
    "SystemPathError": "entrepot.errors",
    "TakeOverError": "entrepot.errors",
    "current": "entrepot.engine.takeover",
    "describe": "entrepot.views.description",
    "cycles": "entrepot.views.cycles",
    "doctor": "entrepot.views.doctor",
    "explain": "entrepot.views.explaining",
    "give_back": "entrepot.engine.takeover",
    "live": "entrepot.reloading.session",
    "load_ipython_extension": "entrepot.notebook.extension",  # what %load_ext entrepot calls
    "steady": "entrepot.reloading.steady",
    "take_over": "entrepot.engine.takeover",
    "trace": "entrepot.views.tracing",
    "unload_ipython_extension": "entrepot.notebook.extension",
    "why": "entrepot.views.why_loaded",
}


def __getattr__(name: str) -> object:
    home = _homes_by_name.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(home, fromlist=(name,))
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes_by_name})
