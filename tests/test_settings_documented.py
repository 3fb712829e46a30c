"""docs/settings.md and .env.example list every setting with its default, and no other."""

import re
from pathlib import Path

import pytest

from app.core.settings import Settings

ROOT = Path(__file__).parents[1]
FIELDS = {f"RAPPORT_{name.upper()}": field for name, field in Settings.model_fields.items()}
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(RAPPORT_\w+)` \| (.+) \|$", PAGE, flags=re.MULTILINE))
LINES = dict(re.findall(r"^# ?(RAPPORT_\w+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


def default(name: str) -> str:
    """As one would write it into the environment."""
    value = FIELDS[name].default
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "[]"
    return str(value)


def test_the_page_lists_every_setting_and_no_other() -> None:
    assert list(ROWS) == list(FIELDS)


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert list(LINES) == list(FIELDS)
    assert set(re.findall(r"RAPPORT_\w+", EXAMPLE)) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
class TestEverySetting:
    def test_is_explained_in_the_words_of_the_code(self, name: str) -> None:
        meaning = FIELDS[name].description
        assert meaning, "needs a docstring"
        assert meaning.replace("|", "\\|") in ROWS[name]
        assert f"# {meaning}\n" in EXAMPLE

    def test_is_shown_with_its_default(self, name: str) -> None:
        shown = f"`{default(name)}`" if default(name) else "none"
        assert ROWS[name].startswith(f"{shown} | ")
        if default(name):
            assert LINES[name] == default(name)


def test_the_example_may_be_used_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every line taken in, the service has its defaults; values that are examples only are read too."""
    used = tmp_path / ".env"
    used.write_text(re.sub(r"^# ?(RAPPORT_\w+=)", r"\1", EXAMPLE, flags=re.MULTILINE), encoding="utf-8")
    settings = Settings(_env_file=used)
    for name, field in FIELDS.items():
        if default(name):
            assert getattr(settings, name.removeprefix("RAPPORT_").lower()) == field.default, name


def test_an_untouched_example_changes_nothing(tmp_path: Path) -> None:
    used = tmp_path / ".env"
    used.write_text(EXAMPLE, encoding="utf-8")
    assert Settings(_env_file=used) == Settings(_env_file=None)
