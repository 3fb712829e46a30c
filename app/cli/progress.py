"""Progress bars of the command line."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from app import importing


class ImportBar:
    """Shows how far an import is, how fast it goes, and how long it will take."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def __call__(self, state: "importing.Progress") -> None:
        if state.phase not in self._tasks:
            self._tasks[state.phase] = self._progress.add_task(state.phase.capitalize(), total=None, rate="")
        task = self._tasks[state.phase]
        self._progress.update(task, completed=state.done, total=state.total or None)
        speed = self._progress.tasks[task].speed
        self._progress.update(task, rate=f"{speed:,.0f} {state.unit}/s" if speed else "")


def progress() -> Progress:
    columns = (TextColumn("{task.description:>12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), console=Console(stderr=True))
