"""The composition root: settings by URL, which adapter answers which scheme, and what runs in which process.

Nothing outside this package knows which technology is in use.
"""
