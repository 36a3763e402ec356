"""The conversation that is never stored: the page holds it and sends it whole each time.

Its answers die with their connection: no row, no registry, no resumption. One content-free line
of the ledger remains. Start at `service.py`.
"""
