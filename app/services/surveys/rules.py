from app.services.kit.versioned import VersionedResource
from app.store.surveys import rules as store

SURVEY_RULES = VersionedResource(store.SURVEY_RULES)
