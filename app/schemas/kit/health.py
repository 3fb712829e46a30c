from typing import Literal

from app.schemas.kit.types import Resource


class Health(Resource):
    status: Literal["ok"]
