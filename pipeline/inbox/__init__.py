"""What comes from outside: feeds, pages, and a language model where one is set up.

What belongs here: polite fetching, what was seen and decided. What does not: reading a
text (drafting/), computing (projection/). Nothing here runs unless it is switched on.
"""
