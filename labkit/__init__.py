"""The code behind the notebooks: the world under study, lesson helpers, authoring, classroom."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the course: the one that holds course.py."""
