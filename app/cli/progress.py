"""Progress bars of the command line, on standard error."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from app import importing


class ImportProgress:
    """A bar for each phase of an import: how far it is, how fast it goes, and how long it will take."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, state: "importing.Progress") -> None:
        if state.phase not in self._tasks:
            self._tasks[state.phase] = self._progress.add_task(state.phase.capitalize(), total=None, rate="")
        task = self._tasks[state.phase]
        self._progress.update(task, completed=state.done, total=state.total or None)
        speed = self._progress.tasks[task].speed
        self._progress.update(task, rate=f"{speed:,.0f} {state.unit}/s" if speed else "")


def progress_bars() -> Progress:
    columns = (TextColumn("{task.description:>12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), console=Console(stderr=True))
