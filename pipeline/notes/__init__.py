"""From note files to typed claims, with errors that name file, line and field.

What belongs here: pure functions from bytes to claims and frames. What does not:
reading folders (lake/inputs.py) and any arithmetic on claims (estimation/).
"""
