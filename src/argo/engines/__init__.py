"""Models, the engines that serve them, and the one HTTP client that speaks to engines.

Words: a *model* is the weights' name people and programs choose; a *replica* is one running
engine process that serves it; its *capacity* is how many answers it writes at once. Start at
`service.py` (which models there are, which replicas are well), then `client.py`.
"""
