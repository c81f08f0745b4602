"""From estimates to projections: frontier, leader, pace, paths, convergence.

What belongs here: pure functions on draws and frames. What does not: evidence, Dagster,
I/O, the clock.
"""
