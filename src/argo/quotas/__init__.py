"""Who may ask how much: one atomic decision a question, the same for page and API.

Words: a *quota* is the rule; its *window* the time it counts over; an *allowance* how a person
stands; a *lease* one question that runs, counted until it is given back or its worker dies.
Start at `service.py`; the decision itself is the function `quota_take` of migration 0003.
"""
