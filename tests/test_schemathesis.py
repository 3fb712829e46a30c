"""Requests made from the contract, good and bad: none may break the service, and every answer is as documented."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings

from tests.support.contract_check import document
from tests.support.scale import sampled
from tests.support.serving import KEY, serving

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis, which makes the requests, is not installed")
from schemathesis.config import SchemathesisConfig  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

EXAMPLES = 8
SHARE = 1 / 3
"""Of the paths. To make requests out of a schema takes schemathesis a second for each operation."""
# The systematic phase alone makes thousands of requests. The corpus of hostile values is tested elsewhere, by hand.
CONFIG = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})


def paths_of_today() -> dict[str, Any]:
    paths = document()["paths"]
    return {path: paths[path] for path in sampled(sorted(paths), SHARE)}


CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
schema = schemathesis.openapi.from_dict({**document(), "paths": paths_of_today()}, config=CONFIG)


@schemathesis.serializer("application/x-ndjson")
def as_line(context: object, value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


@pytest.fixture(scope="module")
def address(new_database: Callable[..., str]) -> Iterator[str]:
    with serving(new_database()) as found:
        yield found


@schema.parametrize()
@seed(20_260_314)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_is_as_documented(case: Any, address: str) -> None:
    response = case.call(base_url=address, headers={"Authorization": f"Bearer {KEY}"})
    case.validate_response(response, checks=CHECKS)
