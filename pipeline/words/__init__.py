"""Numbers and sentences as a person reads them; command, page and alerts use the same.

What belongs here: rounding, units, wording. What does not: queries or computing.
"""
