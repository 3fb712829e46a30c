from typing import Literal

from app.schemas.common import Resource


class Health(Resource):
    status: Literal["ok"]
