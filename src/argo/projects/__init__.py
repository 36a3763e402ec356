"""Projects: a person's named sets of conversations, with instructions that hold in all of them.

Words: a *project* has a name, instructions and a colour; which conversations are in it is known
by the conversations, above. Start at `service.py`.
"""
