"""Show where a lesson's method is written: its source, without what only a library needs."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def teaching_source(function: Callable[..., Any]) -> str:
    """The source of a function with the first sentence of its docstring and no annotations."""
    text = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef)
    docstring, lines = ast.get_docstring(tree), text.splitlines()
    if docstring is None:
        return "\n".join([_signature(tree), *lines[tree.body[0].lineno - 1 :]])
    sentence = f'    """{_first_sentence(docstring)}"""'
    return "\n".join([_signature(tree), sentence, *lines[tree.body[0].end_lineno :]])


def show_source(*functions: Callable[..., Any]) -> None:
    """Display the source of the functions, as :func:`teaching_source` gives it."""
    from IPython.display import display

    code = "\n\n\n".join(teaching_source(function) for function in functions)
    display({"text/markdown": f"```python\n{code}\n```", "text/plain": code}, raw=True)


def _first_sentence(docstring: str) -> str:
    return docstring.split("\n\n")[0].replace("\n", " ")


def _signature(tree: ast.FunctionDef) -> str:
    for argument in [*tree.args.args, *tree.args.kwonlyargs]:
        argument.annotation = None
    return f"def {tree.name}({ast.unparse(tree.args)}):"
