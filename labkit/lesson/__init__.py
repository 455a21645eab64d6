"""What a lesson imports: `claim` asserts a relation, `figures` draws it beside the guess."""

from labkit.lesson.claims import claim

__all__ = ["claim"]
