"""What supports the argument and projects nothing: curves, chart axis, growth.

What belongs here: pure functions on scores and draws. What does not: projections.
"""
