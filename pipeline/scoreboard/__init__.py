"""Everybody's forecasts of training compute, scored beside ours.

What belongs here: what was said (said.py), what came (settled.py), what one could have
said at the time (references.py), and the tables (tables.py). What does not: scores
themselves (projection/scores.py). No forecast is evidence for an estimate.
"""
