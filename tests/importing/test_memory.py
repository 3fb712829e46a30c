"""Memory does not grow with the file."""

import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
import sys
from pathlib import Path

import httpx

from app.importing import ImportOptions, run

def service(request):
    count = request.read().count(b"\\n")
    return httpx.Response(200, content=b"".join(b'{"line": %d, "status": 201}\\n' % n for n in range(1, count + 1)))

constants = {"source": "till", "currency": "EUR"} if sys.argv[1] == "sales" else {}
options = ImportOptions(sys.argv[1], Path(sys.argv[2]), constants=constants)
counts = run(options, transport=httpx.MockTransport(service))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(counts.created, peak.split()[1])
"""
SLACK = 12 * 1024


def measured(resource: str, path: Path) -> tuple[int, int]:
    """How many records an import of its own process created, and the most memory it had, in KiB."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", MEASURED, resource, str(path)]
    created, peak = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split()
    return int(created), int(peak)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
class TestMemory:
    def test_customers(self, tmp_path: Path) -> None:
        found = []
        for count in (5_000, 200_000):
            path = tmp_path / f"{count}.csv"
            with path.open("w") as stream:
                stream.write("display_name,identities.card\n")
                stream.writelines(f"Customer number {i} of many,{i}\n" for i in range(count))
            found.append(measured("customers", path))
        (few, small), (many, large) = found
        assert (few, many) == (5_000, 200_000)
        assert large - small < SLACK, f"{small} KiB for {few} rows, {large} KiB for {many}"

    def test_sales_whose_rows_are_far_apart(self, tmp_path: Path) -> None:
        found = []
        for receipts in (2_000, 16_000):
            path = tmp_path / f"{receipts}.csv"
            with path.open("w") as stream:
                stream.write("receipt_no,occurred_at,name,quantity,unit_price\n")
                for article in range(3):
                    stream.writelines(
                        f"{i},2020-01-01T10:00Z,Article {article} of {i},{article},9.99\n" for i in range(receipts)
                    )
            found.append(measured("sales", path))
        (few, small), (many, large) = found
        assert (few, many) == (2_000, 16_000)
        assert large - small < SLACK, f"{small} KiB for {few} receipts, {large} KiB for {many}"
