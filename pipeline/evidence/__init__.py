"""What supports the argument and projects nothing: scaling curves, the
chart's axis, the growth of total compute.

What belongs here: pure functions on scores and draws. What does not: projections.
"""
