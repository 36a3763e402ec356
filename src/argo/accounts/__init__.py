"""Institutions, users, sessions, API keys, sign-in: who somebody is.

Words: a *caller* is a person as a request knows them; a *session* is one browser signed in; a
*key* lets a program ask in a person's name; a *link* signs in once. Start at `service.py`;
`guards.py` says who is asking.
"""
