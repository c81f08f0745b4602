"""Headroom: how much compute goes into reasoning training, and how far it can grow."""
