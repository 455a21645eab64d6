"""What a lesson imports: `claim` asserts a relation, `figures` draws it beside the guess."""

from labkit.lesson.claims import claim, finding
from labkit.lesson.progress_bar import progress
from labkit.lesson.source import show_source

__all__ = ["claim", "finding", "progress", "show_source"]
