"""Text made comparable: two spellings that a person would call the same login or name fold to the same text."""

import unicodedata


def folded(text: str) -> str:
    """Without outer spaces, compatibility forms (NFKC) and case. For comparing only, never for writing to somebody."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
