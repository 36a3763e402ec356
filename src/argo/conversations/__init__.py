"""Saved conversations: a tree of messages, its answers, its title, its history.

Words: a *conversation* is the tree; a *message* a node: a question or an answer; a *branch* the
way from a message up to the first question. Start at `service.py`; `answers.py` is where
generations write.
"""
