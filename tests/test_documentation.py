"""The pages that people read: there without a key, and without any other host."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from app.core import errors
from app.web.problem_texts import TEXTS
from app.web.problems import slug

SLUGS = [slug(problem.code) for problem in errors.problem_classes()]


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.anchors: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a":
            self.anchors.append(given["href"] or "")
        elif asset := given.get("src") or given.get("href"):
            self.assets.append(asset)
        if tag == "style" or "style" in given or (tag == "script" and "src" not in given):
            self.inline.append(tag)


class TestDocs:
    async def test_home_leads_to_them(self, anonymous: httpx.AsyncClient) -> None:
        response = await anonymous.get("/")
        assert response.status_code == 307 and response.headers["location"] == "/docs"

    async def test_everything_comes_from_here(self, anonymous: httpx.AsyncClient) -> None:
        page = await anonymous.get("/docs")
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        assert not re.search(r"https?://", page.text)
        links = Links(page.text)
        assert len(links.assets) == 5 and links.inline == []
        for asset in links.assets:
            assert (await anonymous.get(page.url.join(asset).path)).status_code == 200, asset

    async def test_styles_and_scripts_ask_nobody_else(self, anonymous: httpx.AsyncClient) -> None:
        for name in ("docs/docs.css", "docs/problems.css", "docs/docs.js", "docs/assets/swagger-ui.css"):
            text = (await anonymous.get(f"/{name}")).text
            assert not re.search(r"url\(['\"]?https?:|@import|\bimport\(", text), name

    async def test_the_policy_is_strict(self, anonymous: httpx.AsyncClient) -> None:
        for path in ("/docs", "/problems", "/problems/not-found"):
            policy = (await anonymous.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy

    async def test_swagger_ui_remembers_the_key_and_is_ready_to_try(self, anonymous: httpx.AsyncClient) -> None:
        script = (await anonymous.get("/docs/docs.js")).text
        for setting in ("persistAuthorization: true", "tryItOutEnabled: true", "validatorUrl: null"):
            assert setting in script

    async def test_swagger_ui_knows_openapi_3_1(self, anonymous: httpx.AsyncClient) -> None:
        bundle = (await anonymous.get("/docs/assets/swagger-ui-bundle.js")).text
        version = re.search(r'PACKAGE_VERSION:"(\d+)\.(\d+)\.', bundle)
        assert version is None or (int(version[1]), int(version[2])) >= (5, 0)
        assert "openapi: 3.1" in bundle

    async def test_the_document_is_served(self, anonymous: httpx.AsyncClient) -> None:
        document = (await anonymous.get("/openapi.json")).json()
        assert not {"/", "/docs", "/problems", "/problems/{slug}", "/openapi.json"} & set(document["paths"])

    @pytest.mark.parametrize(
        "path", ["/docs/nothing.js", "/docs/assets/nothing.js", "/docs/assets/../../pyproject.toml"]
    )
    async def test_nothing_else_is_served(self, anonymous: httpx.AsyncClient, path: str) -> None:
        response = await anonymous.get(path)
        assert response.status_code == 404 and response.json()["code"] == "NOT_FOUND"


class TestProblemPages:
    def test_every_code_is_explained(self) -> None:
        """One who adds a problem writes its page: in `app/web/problem_texts.py`."""
        assert set(TEXTS) == {problem.code for problem in errors.problem_classes()}

    @pytest.mark.parametrize("name", SLUGS)
    async def test_has_a_page(self, anonymous: httpx.AsyncClient, name: str) -> None:
        page = await anonymous.get(f"/problems/{name}")
        assert page.status_code == 200 and name.upper().replace("-", "_") in page.text
        assert Links(page.text).inline == [] and "http" not in page.text

    async def test_the_index_leads_to_all(self, anonymous: httpx.AsyncClient) -> None:
        page = await anonymous.get("/problems")
        assert {f"problems/{name}" for name in SLUGS} <= set(Links(page.text).anchors)

    async def test_type_of_a_problem_is_its_page(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        problem = (await client.get("/v1/customers?no=such")).json()
        assert (await anonymous.get(problem["type"])).status_code == 200

    async def test_unknown_one_is_a_problem_itself(self, anonymous: httpx.AsyncClient) -> None:
        response = await anonymous.get("/problems/no-such-thing")
        assert response.status_code == 404 and response.json()["code"] == "NOT_FOUND"
