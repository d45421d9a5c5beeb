"""Text made comparable: two spellings that a person would call the same login or name fold to the same text."""

import unicodedata


def folded(text: str) -> str:
    """Without outer spaces, compatibility forms (NFKC) and case. For comparing only, never for writing to somebody."""
    known = text.encode("utf-8", "ignore").decode()  # half a surrogate pair is no character
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", known.strip()).casefold())
