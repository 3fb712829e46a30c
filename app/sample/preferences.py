"""How each customer of the sample shop wishes to be reached and served; a good part of them have said so."""

from datetime import timedelta
from random import Random
from typing import Any

from app.rules.kit.channels import Channel
from app.sample import preference_texts
from app.sample.simulated_customer import Party
from app.sample.trading_year import DAYS, Year

_WISHED = (
    Channel.PHONE, Channel.EMAIL, Channel.SMS, Channel.WHATSAPP, Channel.INSTAGRAM, Channel.TELEGRAM, Channel.IN_PERSON,
    Channel.LETTER, Channel.VISIT,
)  # fmt: skip
_REFUSED = (
    Channel.PHONE,
    Channel.EMAIL,
    Channel.SMS,
    Channel.WHATSAPP,
    Channel.LETTER,
    Channel.FACEBOOK,
    Channel.VISIT,
)
_QUIET_AT_HOME = (("20:00", "08:00"), ("13:00", "15:00"), ("21:30", "09:30"), ("08:00", "14:00"))
_QUIET_IN_A_KITCHEN = (("11:30", "14:30"), ("17:30", "22:30"), ("22:00", "10:00"))


def preferences(rng: Random, year: Year, party: Party) -> dict[str, Any]:
    """What the document says, and what the party's habits must then respect."""
    wished: dict[str, Any] = {}
    trade = party.line is not None
    if (not party.language.startswith("en") and rng.random() < 0.5) or rng.random() < 0.1:
        wished["language"] = party.language
    if rng.random() < (0.1 if trade else 0.35):
        return wished
    usual = [channel for channel in _WISHED if party.reachable(channel)]
    party.preferred = rng.sample(usual, min(rng.randint(1, 3), len(usual)))
    wished["channels"] = [channel.value for channel in party.preferred]
    if rng.random() < 0.25:
        refused = [channel for channel in _REFUSED if channel not in party.preferred]
        unwelcome = rng.sample(refused, rng.choice((1, 1, 2)))
        party.unwelcome = set(unwelcome)
        wished["unwelcome_channels"] = [_unwelcome(rng, year, channel) for channel in unwelcome]
    if rng.random() < 0.22:
        start, end = rng.choice(_QUIET_IN_A_KITCHEN if trade else _QUIET_AT_HOME)
        party.quiet = _minutes(start), _minutes(end)
        wished["quiet_hours"] = {"start": start, "end": end, "time_zone": "Europe/London"}
    if rng.random() < (0.6 if trade else 0.15):
        wished["delivery"] = rng.choice(preference_texts.DELIVERY)
    if rng.random() < (0.6 if trade else 0.12):
        wished["payment"] = rng.choice(preference_texts.TRADE_PAYMENT if trade else preference_texts.PAYMENT)
    instructions = preference_texts.TRADE_INSTRUCTIONS if trade else preference_texts.INSTRUCTIONS
    for name, choices, share in (
        ("standing_instructions", instructions, 0.45),
        ("tastes", preference_texts.TASTES, 0.0 if trade else 0.4),
        ("matters", preference_texts.MATTERS, 0.35),
        ("expects", preference_texts.EXPECTS, 0.3),
    ):
        if rng.random() < share:
            wished[name] = rng.sample(choices, rng.randint(1, 2))
    return wished


def _unwelcome(rng: Random, year: Year, channel: Channel) -> dict[str, Any]:
    since = year.days[0] - timedelta(days=rng.randrange(DAYS))
    reasons = preference_texts.UNWELCOME_CALLS if channel == Channel.PHONE else preference_texts.UNWELCOME
    return {"channel": channel.value, "reason": rng.choice(reasons), "since": since.isoformat()}


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
