from typing import Literal

from app.schemas.kit.types import Resource


class Health(Resource):
    """The state of the service. It is only sent when everything is in order."""

    status: Literal["ok"]
