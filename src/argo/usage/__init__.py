"""The ledger: one line a completion, with counts and times, never text.

Start at `service.py`. Lines are appended in the asker's own name and never changed; a day's
totals of a person are kept beside them, for quotas of tokens and for figures.
"""
