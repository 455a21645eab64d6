"""How user input is let in: checked at the edge, checked in batch, dead letters and replay."""
