"""What a child that reads a document may not do, and the process it is forked from.

`nursery.py` loads the readers once, confines itself and forks a child a file; `layers.py` are the
walls, `seccomp.py` the list of system calls; `wire.py` is what is said between them.
"""
