"""Keel: leading and lagging indicators on one page, with the evidence for which leads which."""
