"""Feedback, its marks and invitations as rows, and the figures made of them, counted the slow way."""

import statistics as exact
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.rules.feedback import feedback as rules
from app.rules.kit import statistics
from tests.make.rows import insert, insert_dimensions
from tests.support import api
from tests.support.shares import share
from tests.support.times import START, days_ago


@dataclass
class Mark:
    metric: str
    value: int
    aspect: str | None = None
    side: str = "experience"
    main: bool = False
    feedback: dict[str, Any] = field(default_factory=dict)
    """The feedback that it belongs to."""

    @property
    def score(self) -> Decimal:
        return rules.score(Decimal(self.value), rules.SCALES[rules.FeedbackMetric(self.metric)])

    @property
    def nps_class(self) -> str | None:
        return rules.nps_class(Decimal(self.value)).value if self.metric == "nps" else None


def nps(value: int) -> Mark:
    return Mark("nps", value)


def stars(value: int, aspect: str | None = None, side: str = "experience") -> Mark:
    return Mark("rating", value, aspect, side)


async def insert_feedback(db: Any, *marks: Mark, **changes: Any) -> dict[str, Any]:
    """A piece of feedback a day ago, unless said otherwise; its first mark about everything stands for the whole."""
    row: dict[str, Any] = {"id": uuid4(), "method": "survey", "collected_at": days_ago(1), **changes}
    whole = [m for m in marks if m.side == "experience"]
    main = next((m for m in whole if m.aspect is None), whole[0] if whole else None)
    await insert_dimensions(db, row)
    if main is not None:
        scale = rules.SCALES[rules.FeedbackMetric(main.metric)]
        headline = {"metric": main.metric, "value": main.value, "worst": scale.worst, "best": scale.best}
        row |= headline | {"score": main.score, "nps_class": main.nps_class}
    await insert(db, "feedback", **row)
    copied = ("collected_at", "method", "channel", "site", "staff", "sku", "survey_id", "customer_id", "competitor")
    for position, mark in enumerate(marks):
        mark.feedback, mark.main = row, mark is main
        scale = rules.SCALES[rules.FeedbackMetric(mark.metric)]
        await insert(
            db,
            "ratings",
            feedback_id=row["id"],
            position=position,
            metric=mark.metric,
            side=mark.side,
            main=mark.main,
            aspect=mark.aspect,
            value=mark.value,
            worst=scale.worst,
            best=scale.best,
            score=mark.score,
            nps_class=mark.nps_class,
            **{name: row.get(name) for name in copied},
        )
    return row


async def insert_survey(db: Any, code: str = "after-sale", name: str | None = "After a purchase") -> UUID:
    definition = "{}" if name is None else f'{{"name": "{name}"}}'
    made = await insert(db, "surveys", code=code, definition=definition, status="open")
    await insert(db, "survey_versions", survey_id=made["id"], version=1, definition=definition, actor="test")
    return made["id"]


async def insert_invitation(
    db: Any, survey_id: UUID, sent_at: datetime | None, answered: bool = False, **more: Any
) -> Any:
    values = {
        "survey_id": survey_id,
        "survey_version": 1,
        "state": "answered" if answered else "sent" if sent_at else "pending",
        "send_after": START,
        "expires_at": START,
        "sent_at": sent_at,
        "answered_at": START if answered else None,
        **more,
    }
    return await insert(db, "invitations", **values)


async def figures(client: httpx.AsyncClient, what: str = "measures", **query: Any) -> dict[str, Any]:
    return await api.get(client, f"/v1/feedback/{what}", **query)


def mean(scores: Sequence[Decimal]) -> dict[str, Any]:
    if not scores:
        return {"answers": 0, "mean": None, "low": None, "high": None}
    middle, bounds = exact.mean(scores), (None, None)
    if len(scores) > 1:
        off = statistics.student(len(scores) - 1) * float(exact.stdev(scores)) / len(scores) ** 0.5
        bounds = round(max(float(middle) - off, 0), 2), round(min(float(middle) + off, 100), 2)
    return {"answers": len(scores), "mean": round(float(middle), 2), "low": bounds[0], "high": bounds[1]}


def measure(marks: Sequence[Mark], metric: str, sent: Sequence[bool] | None) -> dict[str, Any]:
    """What is said of these marks, and of invitations that were answered or not; None: they cannot be told apart."""
    scores = [mark.score for mark in marks]
    classes = [mark.nps_class for mark in marks]
    net: dict[str, Any] | None = None
    if metric == "nps":
        plus, minus, total = classes.count("promoter"), classes.count("detractor"), len(classes)
        found = statistics.net(plus, minus, total)
        shares = (None, None, None) if found is None else (found.share, found.low, found.high)
        nps, low, high = (None if value is None else round(100 * value, 2) for value in shares)
        net = {"promoters": plus, "passives": total - plus - minus, "detractors": minus}
        net |= {"nps": nps, "low": low, "high": high}
    return {
        **mean(scores),
        "distribution": [sum(min(int(s // 20), 4) == fifth for s in scores) for fifth in range(5)],
        "nps": net,
        "satisfied": share(sum(s >= 75 for s in scores), len(scores)) if metric == "csat" else None,
        "response": None if sent is None else share(sum(sent), len(sent)) | {"withdrawn": 0},
    }
