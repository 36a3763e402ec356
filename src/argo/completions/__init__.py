"""The heart: one question's way to an engine and back.

Words: a question is *admitted* (quota, then a place in the queue), *routed* to a replica,
*relayed* frame by frame, *metered* into the ledger. A *generation* is the server's own task
that writes one answer and outlives its connection. Nothing here stores text: a generation
writes to the sink its caller gives. Start at `service.py`.
"""
