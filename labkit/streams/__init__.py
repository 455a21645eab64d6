"""Events on their way: an append log with consumer offsets, consumers, windows over event time."""
