"""The readers, a module a family of kinds; they run in a confined child alone.

`reader.py` chooses, `document.py` gathers what they find and keeps the limits, `archive.py` and
`markup.py` open packed formats without trusting them.
"""
