"""The simulated engine and the load generator: they speak HTTP and know no subject of ARGO.

Words: a *profile* says how fast the engine is; a *fault* what goes wrong, and when; a *place*
is one running sequence's; a *step* is what one token writes. Start reading at `engine.py` (the
engine), `decode.py` (how fast tokens flow) and `load.py` (the load generator).
"""
