"""Sliders that redraw a figure, and a sentence in their place where no kernel runs.

The picture is an image widget: the Output widget, which `ipywidgets.interact` draws into, is not
followed by what checks notebooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from labkit.lesson.figures import png

NOT_HERE = (
    "Here stand sliders and a figure that follows them, where the notebook runs: run this cell in"
    " JupyterLab. The next figure shows some of their settings."
)


def explore(
    draw: Callable[..., tuple[Figure, str]],
    sliders: Mapping[str, tuple[str, Sequence[Any], Any]],
) -> widgets.VBox:
    """Display a slider for each argument of `draw`, and redraw when one is let go.

    `sliders` maps the name of an argument to (label, the values to choose from, the first value).
    `draw` returns a figure, which is closed here, and its caption. Tag the cell
    `nbval-ignore-output`. Returns the widget: its children are the sliders, picture and caption.
    """
    controls = {
        name: widgets.SelectionSlider(
            options=[(f"{value:,.4g}", value) for value in values],
            value=first,
            description=label,
            continuous_update=False,
            style={"description_width": "9em"},
            layout=widgets.Layout(width="32em"),
        )
        for name, (label, values, first) in sliders.items()
    }
    picture, caption = widgets.Image(format="png"), widgets.Label()

    def redraw(_: object = None) -> None:
        figure, text = draw(**{name: control.value for name, control in controls.items()})
        picture.value, caption.value = png(figure), text
        plt.close(figure)

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    box = widgets.VBox([*controls.values(), picture, caption])
    _display(box)
    return box


def _display(box: widgets.VBox) -> None:
    """Display the widget with a sentence for whoever cannot show widgets."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(NOT_HERE)
        return
    view = "application/vnd.jupyter.widget-view+json"
    shown = {
        view: {"version_major": 2, "version_minor": 0, "model_id": box.model_id},
        "text/plain": NOT_HERE,
    }
    display(shown, raw=True)
