"""Conversations as files: Markdown, DOCX, ODT, PDF, JSON, with the mark of their AI origin.

A *paper* is what is to be written; a *mark* says which model wrote it and when, signed. Bytes are
made in a child process without what the service holds. Knows no subject. Start at `service.py`.
"""
