"""Riverton: the made-up city and its pay-later service that run through the whole course."""
