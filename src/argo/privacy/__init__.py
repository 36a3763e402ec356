"""My data: what is held about a person, its erasure, and the receipt of it.

Start at `service.py`. Privacy owns `receipts` and nothing else: it asks each subject to count and
to erase what that subject holds (docs/decisions/0015-erasure.md). `jobs.py` does what outlives the
request; `restoring.py` holds a restored backup against the erasure journal before it serves.
"""
