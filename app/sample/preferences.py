"""The preferences of the sample shop's customers, as far as they have any."""

from datetime import timedelta
from random import Random
from typing import Any

from app.rules.kit.channels import Channel
from app.sample import preference_texts
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import DAYS, TradingYear

_PREFERRED = (
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
_QUIET_HOURS = (("20:00", "08:00"), ("13:00", "15:00"), ("21:30", "09:30"), ("08:00", "14:00"))
_TRADE_QUIET_HOURS = (("11:30", "14:30"), ("17:30", "22:30"), ("22:00", "10:00"))


def make_preferences(rng: Random, year: TradingYear, customer: SimulatedCustomer) -> dict[str, Any]:
    """The preferences of the document; the customer is given those that the simulation has to respect."""
    preferences: dict[str, Any] = {}
    is_trade = customer.business_line is not None
    if (not customer.language.startswith("en") and rng.random() < 0.5) or rng.random() < 0.1:
        preferences["language"] = customer.language
    if rng.random() < (0.1 if is_trade else 0.35):
        return preferences
    reachable = [channel for channel in _PREFERRED if customer.reachable(channel)]
    customer.preferred_channels = rng.sample(reachable, min(rng.randint(1, 3), len(reachable)))
    preferences["channels"] = [channel.value for channel in customer.preferred_channels]
    if rng.random() < 0.25:
        candidates = [channel for channel in _REFUSED if channel not in customer.preferred_channels]
        unwelcome = rng.sample(candidates, rng.choice((1, 1, 2)))
        customer.unwelcome_channels = set(unwelcome)
        preferences["unwelcome_channels"] = [_unwelcome_channel(rng, year, channel) for channel in unwelcome]
    if rng.random() < 0.22:
        start, end = rng.choice(_TRADE_QUIET_HOURS if is_trade else _QUIET_HOURS)
        customer.quiet_hours = _minutes(start), _minutes(end)
        preferences["quiet_hours"] = {"start": start, "end": end, "time_zone": "Europe/London"}
    if rng.random() < (0.6 if is_trade else 0.15):
        preferences["delivery"] = rng.choice(preference_texts.DELIVERY)
    if rng.random() < (0.6 if is_trade else 0.12):
        preferences["payment"] = rng.choice(preference_texts.TRADE_PAYMENT if is_trade else preference_texts.PAYMENT)
    instructions = preference_texts.TRADE_INSTRUCTIONS if is_trade else preference_texts.INSTRUCTIONS
    for name, choices, probability in (
        ("standing_instructions", instructions, 0.45),
        ("tastes", preference_texts.TASTES, 0.0 if is_trade else 0.4),
        ("matters", preference_texts.MATTERS, 0.35),
        ("expects", preference_texts.EXPECTS, 0.3),
    ):
        if rng.random() < probability:
            preferences[name] = rng.sample(choices, rng.randint(1, 2))
    return preferences


def _unwelcome_channel(rng: Random, year: TradingYear, channel: Channel) -> dict[str, Any]:
    since = year.days[0] - timedelta(days=rng.randrange(DAYS))
    reasons = preference_texts.UNWELCOME_CALLS if channel == Channel.PHONE else preference_texts.UNWELCOME
    return {"channel": channel.value, "reason": rng.choice(reasons), "since": since.isoformat()}


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
