"""ARGO's own guide, in French and English: shown in the page, and what the Institute assistant cites.

One Markdown file a subject, numbered in reading order; the same subjects in both languages.
Start at `service.py`.
"""
