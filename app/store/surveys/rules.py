from app.schemas.surveys import rules
from app.store.kit.versioned import BY_CREATION, VersionedTable

SURVEY_RULES = VersionedTable(
    "survey_rule",
    "survey_rules",
    "code",
    rules.SurveyRuleNew,
    rules.SurveyRule,
    rules.SurveyRuleVersion,
    rules.SurveyRuleQuery,
    {
        "code": "r.code = {}",
        "survey_id": "r.survey_id = {}",
        "active": {True: "r.active", False: "NOT r.active"},
    },
    BY_CREATION,
    references={"survey": "surveys"},
)
