"""The charter of an institution: what its people accept before they ask.

Words: a *version* is one text in French and English; version 1 ships with ARGO, an institution
publishes its own from 2 on; *in force* is the last one that was not withdrawn. An *acceptance* is
a version and a moment, and nothing else. Whether a caller accepted comes with the caller
(`accounts`); `guards.py` there refuses their questions until they have. A *self-check*
done is kept the same way (`self_checks.py`). Start at `service.py`.
"""
