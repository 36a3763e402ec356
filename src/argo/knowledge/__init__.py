"""Knowledge: collections of documents, hybrid search over them, and what an answer rests on.

A collection belongs to a person, a unit or the institution, and so do its documents: they are
sealed with that owner's key. Who may read one is decided in the database, at each search
(`argo_readable`). Start at `service.py` for collections, at `search.py` for finding; `ranking.py`
is the pure part, measured by `bench/retrieval`.
"""
