"""Tags of languages (BCP 47), which ignore case: one spelling of each."""


def canonical_case(tag: str) -> str:
    """The tag as it is usually written (RFC 5646, 2.1.1): `en-GB`, `zh-Hans-CN`, `de-1996`."""
    subtags = tag.lower().split("-")
    singleton = next((n for n, subtag in enumerate(subtags) if len(subtag) == 1), len(subtags))
    return "-".join(_written(subtag) if 0 < n < singleton else subtag for n, subtag in enumerate(subtags))


def _written(subtag: str) -> str:
    if len(subtag) == 2:  # a region
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag  # a script
