from app.services.kit.versioned import VersionedResource
from app.store.feedback import rules as store

FEEDBACK_RULES = VersionedResource(store.RULES)
