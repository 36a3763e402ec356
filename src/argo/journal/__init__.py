"""The journal: each change and each refused access is one event, chained, never with content.

Start at `service.py`. An event names who, what, on what, and how it ended, by ids and fixed
words alone. Each carries a keyed hash over itself and the one before (`chain.py`), so that one
altered, taken out or put elsewhere is named by `argo journal verify`. The service may add
events, never change or remove them; the oldest go by retention, behind a checkpoint.
"""
