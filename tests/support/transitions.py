"""The path of a complaint once more, as it was agreed: tests compare what the service allows with it."""

# From each state, what may be done, and where that leads.
TRANSITIONS: dict[str, dict[str, str]] = {
    "received": {"acknowledge": "acknowledged", "withdraw": "withdrawn"},
    "acknowledged": {"assess": "assessed", "withdraw": "withdrawn"},
    "assessed": {"investigate": "investigating", "withdraw": "withdrawn"},
    "investigating": {"respond": "responded", "withdraw": "withdrawn"},
    "responded": {"accept": "accepted", "reject": "rejected", "withdraw": "withdrawn"},
    "accepted": {"close": "closed", "withdraw": "withdrawn"},
    "rejected": {
        "investigate": "investigating",
        "deadlock": "deadlock",
        "refer": "referred",
        "close": "closed",
        "withdraw": "withdrawn",
    },
    "deadlock": {
        "investigate": "investigating",
        "accept": "accepted",
        "refer": "referred",
        "settle": "settled",
        "withdraw": "withdrawn",
    },
    "referred": {"settle": "settled", "withdraw": "withdrawn"},
    "settled": {"close": "closed", "withdraw": "withdrawn"},
    "closed": {"reopen": "reopened"},
    "withdrawn": {"reopen": "reopened"},
    "reopened": {"assess": "assessed", "investigate": "investigating", "withdraw": "withdrawn"},
}
