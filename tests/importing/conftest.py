"""Fixtures of the importer's tests."""

from pathlib import Path

import pytest

from tests.support.fake_service import FakeService, Write


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
