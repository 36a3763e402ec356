"""Stored files of people: sent once, read in the background, found by the words in them.

Words: a *document* is one stored file with its state; a *passage* a piece of its text, sealed,
with its keyed words; *reading* is extraction and passages together, a job. What a document belongs
to (a conversation, by its id) is deleted with it. Start at `service.py`; `reading.py` is the job,
`finding.py` what a question gets of a document.
"""
