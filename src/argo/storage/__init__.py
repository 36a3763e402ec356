"""Where data lies and who may reach it: PostgreSQL under row-level security, sealed content, keys.

Words: a *context* is one transaction in the name of a person, of sign-in, or of the house
(`database.py`); content is *sealed* with its owner's key (`sealing.py`); owner keys lie in the
*key store*, outside the database and its backups (`keystore.py`); the root secrets lie in the
secrets directory (`secrets.py`). Start at `database.py`.
"""
