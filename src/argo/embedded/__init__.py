"""PostgreSQL, llama.cpp and embeddings as child processes of ARGO, for one machine and no set-up.

Words: a *part* is one child process, started, watched, restarted and stopped by its parent
(`part.py`); a part is *launched* unprivileged and dies with its parent (`launch.py`,
docs/decisions/0002-unprivileged-parts.md); the *data folder* holds everything and one process at
a time (`folder.py`). Start at `postgres.py`, `engine.py` and
`embeddings.py`; commands other than `argo serve`
start at `attach.py`.
"""
