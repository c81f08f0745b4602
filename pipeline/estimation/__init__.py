"""From claims to fused estimates of log10 FLOP.

What belongs here: pure functions on frames and arrays. What does not: Dagster, I/O, the
clock, and constants of the method (they come in as `Assumed` or `Method`).
"""
