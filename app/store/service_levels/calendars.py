from app.schemas.service_levels import calendars
from app.store.kit.versioned import BY_CREATION, VersionedTable

CALENDARS = VersionedTable(
    "calendar",
    "calendars",
    "code",
    calendars.CalendarNew,
    calendars.Calendar,
    calendars.CalendarVersion,
    calendars.CalendarQuery,
    {"code": "r.code = {}"},
    BY_CREATION,
    job="calendar",
)
