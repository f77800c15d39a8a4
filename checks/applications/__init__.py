"""Real applications under `entrepot run`, held against the same under `python`.

`checks/long/applications.py` runs it. What is compared with what:

    suites      an application's own test suite: the outcome of every test
    tools       the same below coverage, pytest-cov and debugpy: outcomes, lines, stops
    imports     a package imported in a fresh process: all that it leaves in `sys.modules`
    programs    programs that are started by what they are: Django, uvicorn, Jupyter, venv, ...

Every command of a comparison runs in the same folder, so that paths in what it prints are equal.
"""
