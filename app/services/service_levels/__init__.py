"""Calendars, service policies and clocks."""

from app.services.service_levels.policies import (
    EffectivePolicy,
    Versions,
    calendar_of,
    current_policy,
    policies_at,
    select_policies,
)

__all__ = ["EffectivePolicy", "Versions", "calendar_of", "current_policy", "policies_at", "select_policies"]
