import pytest

from app.rules.kit.languages import canonical_case


@pytest.mark.parametrize("tag", ["en", "en-GB", "zh-Hans-CN", "de-CH-1996", "es-419", "sl-rozaj-biske", "en-a-gb-x-uk"])
def test_a_tag_has_one_spelling_in_whatever_case(tag: str) -> None:
    assert {canonical_case(spelled) for spelled in (tag, tag.lower(), tag.upper())} == {tag}
