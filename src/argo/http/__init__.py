"""What every page and API answer shares: error bodies, request ids, limits, streams, log lines.

Ground: knows no subject. Start at `application.py`, which puts the layers in order.
"""
