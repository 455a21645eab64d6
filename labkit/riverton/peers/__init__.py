"""The course's scorer behind other people's servers, and a benchmark of all of them."""

from pathlib import Path


def show(app: str) -> None:
    """Display the file of an application, such as "mosec_app.py", as it is run."""
    from IPython.display import display

    code = (Path(__file__).parent / app).read_text(encoding="utf-8").strip()
    display({"text/markdown": f"```python\n{code}\n```", "text/plain": code}, raw=True)
