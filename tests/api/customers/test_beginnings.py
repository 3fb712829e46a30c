"""Customers are found by what their words begin with, however many words begin so."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.support import api

PATH = "/v1/customers"
LETTERS = "abcdefghijklmnopqrstuvwxyzäøß"


async def add(client: httpx.AsyncClient, customers: Sequence[dict[str, Any]]) -> None:
    results = await api.batch(client, PATH, *customers)
    assert {result["status"] for result in results} == {201}, results


def named(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"display_name": name} for name in names]


def reachable(name: str, kind: str, value: str) -> dict[str, Any]:
    return {"display_name": name, "contact_points": [{"kind": kind, "value": value}]}


def carded(name: str, card: str) -> dict[str, Any]:
    return {"display_name": name, "identities": [{"system": "loyalty", "external_id": card}]}


async def found(client: httpx.AsyncClient, q: str, **query: Any) -> list[str]:
    """Whom all pages have together, in their order."""
    return [item["display_name"] for item in await api.pages(client, PATH, q=q, limit=7, **query)]


class TestMoreWordsThanAreLookedUp:
    @pytest.mark.parametrize("q", ["cha", "char", "CHAR", "chár"])
    async def test_everybody_whose_name_begins_so_is_found_once_newest_first(
        self, client: httpx.AsyncClient, q: str
    ) -> None:
        names = [f"Char{letter}n" for letter in LETTERS] + [f"Char{letter}m" for letter in LETTERS]
        await add(client, named([*names, "Chumley", "Hacharan"]))
        assert await found(client, q) == names[::-1]

    async def test_of_two_words_that_are_begun_each_is_found(self, client: httpx.AsyncClient) -> None:
        others = [f"Joh{letter}r Smi{letter}r" for letter in LETTERS]
        await add(client, named([*others, "John Smith", "Johnny Brown", "Sara Smithers"]))
        assert await found(client, "joh smi") == ["John Smith", *others[::-1]]
        assert await found(client, "john smit") == ["John Smith"]
        assert await found(client, "smi johnny") == []

    async def test_a_name_is_found_although_the_letters_are_another_one_s(self, client: httpx.AsyncClient) -> None:
        others = [f"Chan{letter}r" for letter in LETTERS]
        await add(client, named(["Mary Chandler", "Chan", *others]))
        assert await found(client, "chan") == ["Chan", *others[::-1], "Mary Chandler"]
        assert await found(client, "mary chan") == ["Mary Chandler"]

    async def test_addresses_that_begin_with_a_name_do_not_hide_longer_names(self, client: httpx.AsyncClient) -> None:
        addresses = [f"john.{letter}@example.com" for letter in LETTERS[:18]] + [
            f"john{n}@example.com" for n in range(30)
        ]
        await add(client, [{"display_name": "Johnson"}, *(reachable("Ada", "email", each) for each in addresses)])
        assert (await found(client, "johns"))[0] == "Johnson"
        assert (await found(client, "john"))[-1] == "Johnson"
        assert len(await found(client, "john")) == 49

    async def test_letters_before_digits_are_a_word(self, client: httpx.AsyncClient) -> None:
        await add(client, [*named([f"Smi{letter}" for letter in LETTERS]), reachable("Ada", "email", "smith42@x.org")])
        assert "Ada" in await found(client, "smi")
        assert "Ada" in await found(client, "smit")
        assert await found(client, "smith42") == ["Ada"]

    async def test_with_a_filter(self, client: httpx.AsyncClient) -> None:
        names = [f"Char{letter}n" for letter in LETTERS]
        await add(client, [{"display_name": n, "owner": "mia" if n < "Chark" else "ben"} for n in names])
        assert await found(client, "cha", owner="mia") == [n for n in names[::-1] if n < "Chark"]

    async def test_accents_and_other_spellings(self, client: httpx.AsyncClient) -> None:
        await add(client, named([f"Mül{letter}r" for letter in LETTERS]))
        assert len(await found(client, "mül")) == len(LETTERS)
        assert len(await found(client, "muel")) == len(LETTERS)


class TestNumbers:
    NUMBERS = tuple(f"+447700900{n:03}" for n in range(100, 140))

    @pytest.mark.parametrize(
        "q", ["07", "077", "0770", "07700", "7700", "07700 9", "0770090", "+44", "+44 7700", "00447", "447700900"]
    )
    async def test_what_they_begin_with_is_enough(self, client: httpx.AsyncClient, q: str) -> None:
        await add(client, [reachable(number, "phone", number) for number in self.NUMBERS])
        await add(client, named(["Ada", "Ben"]))
        assert sorted(await found(client, q)) == list(self.NUMBERS)

    @pytest.mark.parametrize(
        "q", ["nwosu 07", "nwosu 077", "nwosu 0770", "nwosu 07700", "07700 nwosu", "nwo 077009", "Nwosu 770090"]
    )
    async def test_beside_a_name(self, client: httpx.AsyncClient, q: str) -> None:
        strangers = [reachable(number, "phone", number) for number in self.NUMBERS]
        await add(client, [reachable("Nwosu", "phone", "07700 900999"), *strangers, *named(["Nwosu"])])
        assert await found(client, q) == ["Nwosu"]

    async def test_cards_that_follow_one_another(self, client: httpx.AsyncClient) -> None:
        cards = [f"L{n}" for n in range(26123450, 26123480)] + [f"{n}" for n in range(90123450, 90123480)]
        await add(client, [carded(card, card) for card in cards])
        assert sorted(await found(client, "901234")) == cards[30:]
        assert sorted(await found(client, "90123")) == cards[30:]
        assert sorted(await found(client, "l2612")) == cards[:30]

    async def test_a_number_that_nobody_has(self, client: httpx.AsyncClient) -> None:
        await add(client, [reachable(number, "phone", number) for number in self.NUMBERS])
        assert await found(client, "0770123") == []


class TestWordsAroundANumber:
    @pytest.mark.parametrize(
        "q",
        [
            "07700 900123 (mobile)",
            "Tel. 07700 900123",
            "Mob: +44 7700 900123",
            "(mobile) 07700 900123",
            "07700 900123 - wife",
            "Office: 07700 900123 ext 5",
        ],
    )
    async def test_are_passed_over_where_nobody_has_them(self, client: httpx.AsyncClient, q: str) -> None:
        await add(client, [reachable("Ada", "phone", "07700 900123 (mobile)"), *named(["Mobile", "Wife"])])
        assert await found(client, q) == ["Ada"]

    async def test_unless_somebody_has_them_as_well(self, client: httpx.AsyncClient) -> None:
        await add(client, [reachable("Mobile Ltd", "phone", "07700 900123")])
        await add(client, [reachable("Bo", "phone", "07700 900124")])
        assert (await found(client, "mobile 07700 900123"))[0] == "Mobile Ltd"
        assert await found(client, "mobiel 07700 900123") == ["Mobile Ltd"]
        assert await found(client, "Smith 07700 9001") == []

    @pytest.mark.parametrize(
        "q", ["Tel. 07911 144012", "07911 144012 wife", "Tel +44 7911 144012", "wive 07911 144012"]
    )
    async def test_hide_nobody_behind_who_has_another_number(self, client: httpx.AsyncClient, q: str) -> None:
        await add(client, [reachable("Ines Kwarrel", "phone", "07911 144012")])
        await add(client, [reachable("Teal Wise", "phone", "07911 144013")])
        assert (await found(client, q))[0] == "Ines Kwarrel"

    @pytest.mark.parametrize("q", ["Teal Wise 07911 144012", "07911 144012 (Teal)"])
    async def test_a_mistyped_number_beside_a_name_is_found(self, client: httpx.AsyncClient, q: str) -> None:
        await add(client, [reachable("Teal Wise", "phone", "07911 144013")])
        assert await found(client, q) == ["Teal Wise"]

    async def test_the_name_still_says_who_comes_first(self, client: httpx.AsyncClient) -> None:
        await add(client, [reachable("Cornelia Ashworth", "phone", "07911 126012")])
        await add(client, [reachable("Cornelua Ashwirth", "phone", "07911 126022")])
        assert await found(client, "Cornelia Ashworth 07911 126002") == ["Cornelia Ashworth", "Cornelua Ashwirth"]

    async def test_pages_of_one_go_on_where_they_were(self, client: httpx.AsyncClient) -> None:
        people = [("Ada Quill", "07911 126012"), ("Bo Quill", "07911 126022"), ("Cy Quell", "07911 126032")]
        await add(client, [reachable(name, "phone", number) for name, number in people])
        q = "Quill 07911 126002"
        paged = await api.pages(client, PATH, q=q, limit=1)
        assert [each["display_name"] for each in paged] == ["Bo Quill", "Ada Quill", "Cy Quell"]


class TestWordsAroundAnAddress:
    async def test_hide_nobody_behind_who_has_another_address(self, client: httpx.AsyncClient) -> None:
        await add(client, [reachable("Ines Kwarrel", "email", "ines@example.com")])
        await add(client, [reachable("Max Lee", "email", "inet@example.com")])
        assert (await found(client, "Mac <ines@example.com>"))[0] == "Ines Kwarrel"

    @pytest.mark.parametrize(
        "q",
        [
            "Max <zoe.x@example.com>",
            '"Lee, Max" <zoe.x@example.com>',
            "zoe.x@example.com (Max)",
            "from: zoe.x@example.com",
        ],
    )
    async def test_are_passed_over_where_nobody_has_them(self, client: httpx.AsyncClient, q: str) -> None:
        others = [reachable("Max Lee", "email", "max@example.net"), reachable("Bo", "email", "bo.lang@example.com")]
        await add(client, [reachable("Ada", "email", "zoe.x@example.com"), *others])
        assert await found(client, q) == ["Ada"]

    async def test_unless_somebody_has_them_as_well(self, client: httpx.AsyncClient) -> None:
        await add(client, [reachable("Max Lee", "email", "zoe.x@example.com")])
        assert (await found(client, "Max <zoe.x@example.com>"))[0] == "Max Lee"
        assert await found(client, "Max <bo.lang@example.org>") == []


class TestTwoLettersOfAScriptWithoutBlanks:
    @pytest.mark.parametrize(
        "names, q",
        [
            (["山奥", "山奥電機", "大山奥"], "山奥"),
            (["檜垣 花", "小檜垣", "檜垣原"], "檜垣"),
            (["독고", "독고탁"], "독고"),
            (["林 檜", "若林檜原"], "林檜"),
        ],
    )
    async def test_who_is_called_so_comes_before_whose_name_has_them(
        self, client: httpx.AsyncClient, names: list[str], q: str
    ) -> None:
        await add(client, named(names))
        assert (await found(client, q))[0] == names[0]
        assert sorted(await found(client, q)) == sorted(names)

    async def test_a_name_of_one_latin_letter_is_not_a_transliteration(self, client: httpx.AsyncClient) -> None:
        await add(client, named(["آل سعود", "Anne L'Hôpital"]))
        assert await found(client, "آل") == ["آل سعود"]
