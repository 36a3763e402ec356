"""ARGO: the assistant a research institute runs for its own staff, on its own machines.

One folder a subject; `app.py` builds them in floor order; imports only look down
(docs/developers/house.md). Start at `app.py`, or at the subject's own `__init__`.
"""
