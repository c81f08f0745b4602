"""From an article to a draft note: rules and tables, no service.

What belongs here: pure functions from bytes to candidate claims. What does not:
fetching pages, writing files (cli/draft.py) and judging a claim (estimation/).
"""
