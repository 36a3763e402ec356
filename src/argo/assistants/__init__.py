"""Assistants: instructions and models under a name that people choose.

A *choice* is an assistant and a size with a model behind it; a choice without one is not
shown. In the API a choice is a model of its own, named `generalist-small`. Start at
`service.py`.
"""
