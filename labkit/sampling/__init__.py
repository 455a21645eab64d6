"""Sampling methods, the estimators that belong to them, and repairs: NumPy in, NumPy out.

A method gives the ids of those it draws; who has which chance stands in its docstring. Every
source of randomness is a `numpy.random.Generator` that the caller passes in.
"""
