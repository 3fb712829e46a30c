from app.services.kit.versioned import VersionedResource
from app.store.service_levels import calendars as store

CALENDARS = VersionedResource(store.CALENDARS)
