"""`/v1`: OpenAI's API over the heart.

A request is *rebuilt* anew from checked fields (`fields.py` and its readers): a client's bytes
never reach an engine. The three lists of fields stand in `lists.py`; the answers' two shapes in
`answers.py`. Start at `routes.py`.
"""
