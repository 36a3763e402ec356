"""Bytes of a document become text and passages, in a child process that can do nothing else.

Words: a *kind* (pdf, docx…) is judged by content; a *reader* turns one kind into *blocks*; a
*remark* says what was not read and why; *passages* are what search finds. A *child* reads one file
and ends; the *nursery* is the confined process that it is forked from. Start at `service.py`;
`reading/` holds a module a family of kinds, `sandbox/` what a child may not do.

Knows no subject, no database and no network.
"""
