"""The Dagster shell: assets, jobs, sensors around the functional core.

What belongs here: the only code that imports Dagster. What does not: computing, storing
or judging a value; each asset calls one function of the layers below.

The groups of assets are the schemas of the tables: raw, core, out; and publish.
"""
