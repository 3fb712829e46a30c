"""`rapport serve` and `rapport worker` on one data directory: whoever is left runs the database."""

import signal
from pathlib import Path

from tests import make
from tests.support import ledger
from tests.support.running import PATIENCE, Running, eventually, free_port


async def test_they_start_and_stop_in_any_order(tmp_path: Path) -> None:
    service = Running(tmp_path, worker="0", embedded_memory=48)
    workers = []

    def start_worker(name: str) -> None:
        workers.append(service.started("worker", out=name, err=name))

    async def memory() -> str:
        return (await ledger.fetch(service.dsn, "SHOW shared_buffers"))[0][0]

    try:
        start_worker("first")
        eventually(lambda: _lock(service) == workers[0].pid)
        service.start(wait=False)  # while the worker is still making the cluster
        eventually(lambda: service.ready() or not service.is_up)
        assert service.is_up, service.stderr
        assert await memory() == "48MB"
        with service.client() as client:
            made = client.post("/v1/customers", json=make.customer())
            assert made.status_code == 201
            second = service.try_to_serve(port=free_port())
            assert (second.returncode, second.stderr) == (
                1,
                f"{service.data_dir} is in use by the process with pid {service.process.pid}.\n",
            )

            killed = service.postmaster()
            workers[0].send_signal(signal.SIGTERM)
            assert workers[0].wait(PATIENCE) == 0, (tmp_path / "first").read_text()
            eventually(lambda: service.is_back(killed))
            assert client.get(made.headers["location"]).status_code == 200
            assert await memory() == "48MB"

        start_worker("second")
        killed = service.postmaster()
        assert service.stop() == 0
        eventually(lambda: _other_postmaster(service, killed))
        assert workers[1].poll() is None, (tmp_path / "second").read_text()
        eventually(lambda: service.run("keys", "list").exit_code == 0)

        service.start()
        with service.client() as client:
            assert client.get(made.headers["location"]).status_code == 200
        assert service.stop() == 0
        workers[1].send_signal(signal.SIGTERM)
        assert workers[1].wait(PATIENCE) == 0, (tmp_path / "second").read_text()
        eventually(lambda: not service.postgres())
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(PATIENCE)
        service._process = service._process or workers[0]
        service.remove()


def _lock(service: Running) -> int:
    """The process that runs the database."""
    try:
        return int((service.data_dir / "LOCK").read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _other_postmaster(service: Running, former: int) -> bool:
    try:
        return service.postmaster() != former
    except (OSError, ValueError, IndexError):  # its file is being written
        return False
