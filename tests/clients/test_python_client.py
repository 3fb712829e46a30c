"""A client that openapi-python-client makes of the contract, working against the running service."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any
from uuid import UUID

import pytest

from app import contract
from tests.support.serving import KEY, serving

pytestmark = pytest.mark.skipif(
    find_spec("openapi_python_client") is None, reason="openapi-python-client, which makes the client, is not installed"
)
PACKAGE = "rapport_client"


@pytest.fixture(scope="module")
def address(new_database: Callable[..., str]) -> Iterator[str]:
    with serving(new_database()) as found:
        yield found


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Imports a module of the client."""
    folder = tmp_path_factory.mktemp("python_client")
    document = folder / "openapi.json"
    contract.write(document)
    options = ["--path", str(document), "--meta", "none", "--output-path", str(folder / PACKAGE)]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    # Batches are streams, which the generator has no form for. It should understand everything else.
    missed = [line for line in made.stdout.splitlines() if "will not be generated" in line and "/batch" not in line]
    assert missed == []
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)
    sys.path.remove(str(folder))


@pytest.fixture
def session(generated: Callable[[str], Any], address: str) -> Iterator[Any]:
    with generated("").AuthenticatedClient(base_url=address, token=KEY) as client:
        yield client


class TestPythonClient:
    def test_creates_sells_lists_and_gets(self, generated: Callable[[str], Any], session: Any) -> None:
        models = generated("models")
        new = models.CustomerNew(
            given_name="Zoë",
            family_name="Okafor",
            contact_points=[models.ContactPointNew(kind=models.ContactKind.PHONE, value="020 7946 0958")],
            preferences=models.Preferences(standing_instructions=["Trim the steaks"]),
        )
        customer = generated("api.customers.create_customer").sync(client=session, body=new, idempotency_key="zoe-1")
        assert isinstance(customer, models.Customer) and isinstance(customer.id, UUID)
        assert customer.display_name == "Zoë Okafor"

        receipt = models.SaleNew(
            source="till",
            receipt_no="2026-000117",
            occurred_at=datetime(2026, 3, 14, 10, 30, tzinfo=UTC),
            currency="GBP",
            customer=models.BuyerNew(phone="+44 20 7946 0958"),
            lines=[models.SaleLineNew(name="Lamb shoulder", quantity="1.250", unit_price="13.60")],
        )
        recorded = generated("api.sales.record_sale").sync_detailed(client=session, body=receipt)
        assert recorded.status_code == 201 and recorded.parsed.customer_id == customer.id
        assert recorded.parsed.total == "17.00"
        again = generated("api.sales.record_sale").sync_detailed(client=session, body=receipt)
        assert again.status_code == 200 and again.parsed.id == recorded.parsed.id

        listed = generated("api.customers.list_customers").sync(client=session, q="okafor", limit=10)
        assert [found.id for found in listed.items] == [customer.id] and listed.next_cursor is None
        stored = generated("api.customers.get_customer").sync(customer.id, client=session)
        assert (stored.id, stored.contact_points) == (customer.id, customer.contact_points)
        assert stored.known_since == receipt.occurred_at
        profile = generated("api.customers.get_customer_profile").sync(customer.id, client=session)
        assert profile.totals[0].net == "17.00"

    def test_changes_what_has_not_changed_meanwhile(self, generated: Callable[[str], Any], session: Any) -> None:
        models, change = generated("models"), generated("api.customers.update_customer")
        customer = generated("api.customers.create_customer").sync(
            client=session,
            body=models.CustomerNew(display_name="The Oyster Shed", kind=models.CustomerKind.ORGANIZATION),
        )
        patch = models.CustomerChange(owner="Amara", referred_by=None)
        assert change.sync(customer.id, client=session, body=patch, if_match='"1"').owner == "Amara"
        stale = change.sync_detailed(
            customer.id, client=session, body=models.CustomerChange(owner="Tom"), if_match='"1"'
        )
        assert stale.status_code == 412 and stale.parsed.code == models.ProblemCode.PRECONDITION_FAILED

    def test_reads_problems(self, generated: Callable[[str], Any], session: Any, address: str) -> None:
        models, get = generated("models"), generated("api.customers.get_customer")
        missing = get.sync(UUID(int=7), client=session)
        assert isinstance(missing, models.Problem) and missing.code == models.ProblemCode.NOT_FOUND
        stranger = generated("").AuthenticatedClient(base_url=address, token="somebody")
        refused = get.sync_detailed(UUID(int=7), client=stranger)
        assert refused.status_code == 401 and refused.parsed.code == models.ProblemCode.UNAUTHENTICATED
