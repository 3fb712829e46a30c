"""What a word may have been meant to be, or to become, by one typing error."""

import string

_LETTERS, _DIGITS = string.ascii_lowercase, string.digits
_SHORTEST = 3


def misspellings(word: str) -> set[str]:
    """The word and everything that is one typing error away from it, in Latin letters and digits.

    A letter wrong, missing, too many, or two swapped (Damerau, "A technique for computer detection and correction of
    spelling errors", 1964). Of an e-mail address only the part before the @ is varied. Words of fewer than three
    characters have no misspellings, since they would match everything.
    """
    word = word.partition("@")[0]
    if len(word) < _SHORTEST:
        return set()
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = _LETTERS if word.isalpha() else _DIGITS if word.isdigit() else _LETTERS + _DIGITS
    wrong = {a + c + b[1:] for a, b in parts if b for c in letters}
    missing = {a + c + b for a, b in parts for c in letters}
    too_many = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    return wrong | missing | too_many | swapped | {word}
