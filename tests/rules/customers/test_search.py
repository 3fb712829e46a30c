import string
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.customers.contact_points import normalize_phone
from app.rules.customers.misspellings import misspellings
from app.rules.customers.search import (
    BEGINNING,
    LETTER,
    MOST_WORDS,
    Sought,
    address_words,
    allows_similarity,
    customer_words,
    distinct_tags,
    identity_words,
    number_words,
    place_words,
    tag_word,
    words,
)
from app.rules.customers.search_terms import EXACT, MOST_TERMS, PART, readings, terms
from app.rules.customers.word_forms import LONGEST_WORD, fold, searchable


def names_of(name: str) -> set[str]:
    """Without the words of the first letters, and of letters anywhere."""
    return {word for word in customer_words(Sought([name])) if not word.startswith((BEGINNING, LETTER))}


def letters_of(sought: Sought) -> set[str]:
    return {word[1:] for word in customer_words(sought) if word.startswith(LETTER)}


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Ångström", "angstrom"),
            ("A\u030angstro\u0308m", "angstrom"),
            ("ＺＯË", "zoe"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ﬁn", "fin"),
            ("Ωμέγα", "ωμεγα"),
            ("ΩΜΈΓΑΣ", "ωμεγασ"),
            ("Иванов", "иванов"),
            ("王小明", "王小明"),
            ("İstanbul", "istanbul"),
        ],
    )
    def test_examples(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text(max_size=50))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        once = fold(text)
        assert fold(once) == once or fold(fold(once)) == fold(once)


class TestTags:
    def test_one_of_each_as_it_was_spelled_first(self) -> None:
        assert distinct_tags(["VIP", "b", "vip", "ＶＩＰ", "B", "c", "Straße", "STRASSE"]) == [
            "VIP",
            "b",
            "c",
            "Straße",
        ]


class TestSchemes:
    @pytest.mark.parametrize(
        "q",
        [
            "tel:+44-20-7946-0123",
            "TEL:+44 20 7946 0123",
            "tel: +44 20 7946 0123",
            "tel:020-7946-0123",
            "tel:+44-20-7946-0123;ext=12",
            "sip:+442079460123@voip.example.com",
            "sip:+442079460123@voip.example.com;user=phone",
            "whatsapp:+442079460123",
            "sms:+442079460123?body=Hello",
            "callto://+442079460123",
            "442079460123@s.whatsapp.net",
            "https://wa.me/442079460123",
        ],
    )
    def test_of_a_number_say_nothing(self, q: str) -> None:
        (term,) = terms(q, "GB")
        assert "442079460123" in term.forms

    @pytest.mark.parametrize(
        "q",
        [
            "mailto:zoe@example.com",
            "MAILTO:zoe@example.com?subject=x",
            "sip:zoe@example.com",
            "zoe＠example.com",
            "ｚｏｅ@ｅｘａｍｐｌｅ.com",
        ],
    )
    def test_of_an_address_say_nothing(self, q: str) -> None:
        assert [term.word for term in terms(q, "GB")] == ["zoe@example.com"]

    def test_of_words_are_words(self) -> None:
        assert [term.word for term in terms("sms:hello", "GB")] == ["sms", "hello"]
        assert terms("tel:", "GB") == terms("sip::1414 x42", "GB") == []


class TestSearchable:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("O'Hara", "O’HARA"),
            ("O'Hara", "Oʼhara"),
            ("O'Hara", "O′Hara"),
            ("O'Hara", "O´Hara"),
            ("O'Hara", "O`Hara"),
            ("O'Hara", "Oʻhara"),
            ("Straße", "STRASSE"),
            ("Øster", "oster"),
            ("Łódź", "lodz"),
            ("Đức", "duc"),
            ("Nguyễn", "Nguyen"),
            ("Æthelred", "aethelred"),
            ("Œuvre", "oeuvre"),
            ("ﬁnn", "Finn"),
            ("Ĳssel", "ijssel"),
            ("IŞIK", "ışık"),
            ("İstanbul", "istanbul"),
            ("Ёлкин", "Елкин"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("さとう", "サトウ"),
            ("ｻﾄｳ", "サトウ"),
            ("サトー", "サトウ"),
            ("がく", "ｶﾞｸ"),
            ("サーバー", "サーバ"),
            ("キョウト", "キヨウト"),
            ("أحمد", "احمد"),
            ("علي", "علی"),
            ("فاطمة", "فاطمه"),
            ("مُحَمَّد", "محمد"),
            ("محـــمد", "محمد"),
            ("کریم", "كريم"),
            ("שָׁלוֹם", "שלום"),
            ("٠٩٩١", "0991"),
            ("０９９１", "0991"),
        ],
    )
    def test_spellings_of_the_same(self, one: str, other: str) -> None:
        assert searchable(one) == searchable(other)

    @pytest.mark.parametrize(
        ("one", "other"), [("がく", "かく"), ("राम", "रम"), ("王", "玉"), ("Anna", "Hanna"), ("サトウ", "サト")]
    )
    def test_other_words(self, one: str, other: str) -> None:
        assert searchable(one) != searchable(other)

    @given(st.text(max_size=50))
    def test_hides_the_case(self, text: str) -> None:
        assert searchable(text.casefold()) == searchable(text) or text.casefold().lower() != text.lower()


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("O'Brien & Co.", ["obrien", "o", "brien", "co"]),
            ("Müller-Lüdenscheidt", ["muller", "ludenscheidt", "mullerludenscheidt"]),
            ("AT&T", ["at", "t", "att"]),
            ("Lloyd’s", ["lloyds", "lloyd", "s"]),
            ("राम कुमार", ["राम", "कुमार"]),
            ("ABC商事", ["abc", "商事", "abc商事"]),
            ("ada_okafor", ["ada", "okafor", "adaokafor"]),
            ("'", []),
        ],
    )
    def test_of_a_text(self, text: str, expected: list[str]) -> None:
        assert words(text) == expected

    def test_a_long_one_is_cut(self) -> None:
        assert words("x" * 1000) == ["x" * LONGEST_WORD]

    @pytest.mark.parametrize(
        ("name", "latin"), [("Иванов", "ivanov"), ("王小明", "wangxiaoming"), ("Παπαδοπούλου", "papadopoyloy")]
    )
    def test_of_names_in_latin_letters_too(self, name: str, latin: str) -> None:
        assert {searchable(name), latin} <= names_of(name)

    def test_of_names_as_where_umlauts_cannot_be_typed(self) -> None:
        assert names_of("Müller Ærø") == {"muller", "aero", "mueller", "aeroe"}

    def test_of_scripts_without_blanks_their_parts(self) -> None:
        assert {"山田電機", "山", "山田", "田電", "電機"} <= names_of("山田電機")
        assert {"김철수", "김철", "철수", "김"} <= names_of("김 철수")

    def test_of_two_in_scripts_without_blanks_both_orders(self) -> None:
        assert {"鈴木花", "花鈴木", "鈴木", "木花"} <= names_of("花 鈴木")
        assert {"남궁민수", "민수남궁"} <= names_of("민수 남궁")
        assert "丙乙甲" not in names_of("甲 乙 丙"), "of three, nobody knows which is which"
        assert "花ada" not in names_of("Ada 花")

    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("甲乙丙", "乙丙"),  # the first one is a word
            ("甲乙甲", "乙"),
            ("甲", ""),
            ("김 철수", "철수"),
            ("삼성전자", "성전자"),
            ("カタカナ", "タナ"),
            ("かがみ", "ガミ"),
            ("サトー", "トウ"),
            ("ABC商事1号", "事"),
            ("ใจดี", "จดี"),
            ("𠮷野家", "野家"),
            ("Иванов Martha", ""),
        ],
    )
    def test_of_scripts_without_blanks_all_letters(self, name: str, letters: str) -> None:
        found = letters_of(Sought([name]))
        assert found == set(letters)
        assert found.isdisjoint(names_of(name))

    def test_of_places_and_accounts_all_letters(self) -> None:
        sought = Sought(["Ada"], addresses=["花子", "木村@example.org"], identities=["会-1"], places=["東京都"])
        assert letters_of(sought) == set("花子木村東京都")
        assert not letters_of(Sought(["Ada"], tags=["東京"], fields={"owner": ["山田"]}))

    def test_of_phone_numbers_with_and_without_their_country_and_their_ends(self) -> None:
        assert number_words("+442079460123") == ["442079460123", "2079460123", "…0123", "…60123", "…460123"]

    def test_of_addresses_the_name_may_be_mistyped(self) -> None:
        found = set(address_words("zoe.quartermain@example.com"))
        whole = {"zoe.quartermain@example.com", "zoe.quartermain", "@example.com"}
        assert found == whole | {"zoe", "quartermain", "zoequartermain"}  # not "example", "com"

    @pytest.mark.parametrize(
        ("identity", "expected"),
        [
            ("LC-55501", {"lc", "55501", "lc55501"}),
            ("2001-4477", {"2001", "4477", "20014477", "‥4477", "‥14477", "‥014477"}),
            ("LC 555 01", {"lc", "555", "01", "lc55501"}),
            ("0991", {"0991", "＝0991"}),
            ("9826123400991", {"9826123400991", "＝9826123400991", "‥0991", "‥00991", "‥400991"}),
        ],
    )
    def test_of_identities_their_parts(self, identity: str, expected: set[str]) -> None:
        assert set(identity_words(identity)) == expected

    @pytest.mark.parametrize(
        ("place", "expected"),
        [
            ("SW1A 9ZZ", {"sw1a", "9zz", "sw1a9zz"}),
            ("sw1a9zz", {"sw1a", "9zz", "sw1a9zz"}),
            ("1011 AB", {"1011", "ab", "1011ab"}),
            ("100-0001", {"100", "0001", "1000001"}),
            ("Zürich", {"zurich"}),
            ("東京都", {"東京都", "東京", "京都"}),
        ],
    )
    def test_of_places(self, place: str, expected: set[str]) -> None:
        assert set(place_words(place)) == expected

    @pytest.mark.parametrize(("one", "other"), [("VIP", "vip"), ("Straße", "STRASSE"), ("Cafe\u0301", "CAFÉ")])
    def test_of_tags(self, one: str, other: str) -> None:
        assert tag_word(one) == tag_word(other)

    @pytest.mark.parametrize(
        ("word", "likeness"),
        [
            ("okafor", True),
            ("иванов", True),
            ("442079460123", False),
            ("zoe@example.com", False),
            ("＃vip", False),
            ("山田", False),
        ],
    )
    def test_what_may_be_meant_by_something_like_it(self, word: str, likeness: bool) -> None:
        assert allows_similarity(word) == likeness

    def test_are_bounded_and_parts_are_left_out_first(self) -> None:
        names = ["".join(chr(0x4E00 + 300 * n + i) for i in range(300)) for n in range(4)]
        found = customer_words(Sought(names, ["+442079460123"], ["zoe@example.com"], ["LC-1"], ["LS1 1AA"], ["VIP"]))
        assert len(found) == MOST_WORDS
        assert {"…0123", "zoe@example.com", "lc1", "ls11aa", tag_word("vip"), names[3][:LONGEST_WORD]} <= found
        name = names[0][:190]
        some = letters_of(Sought([name]))
        assert some == set(name[1 : len(some) + 1]) and {name[:2], name[-2:]} <= customer_words(Sought([name]))

    @given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=100))
    def test_of_anything_are_bounded(self, name: str, identity: str, place: str) -> None:
        found = customer_words(Sought([name], [], [identity], [identity], [place], [place or "x"]))
        assert len(found) <= MOST_WORDS and "" not in found
        assert all(len(word) <= LONGEST_WORD for word in found if not word.startswith("＃"))


def sought(q: str, region: str = "GB") -> list[str]:
    return [term.word for term in terms(q, region)]


class TestTerms:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("Ada Okafor", ["ada", "okafor"]),
            ("  ada   ADA ", ["ada"]),
            ("020 7946 0123", ["2079460123"]),
            ("+44 (20) 7946-0123", ["442079460123"]),
            ("+44 (0)20 7946 0123", ["442079460123"]),
            ("Smith 020 7946 0123", ["smith", "2079460123"]),
            ("020 7", ["207"]),
            ("Apollo 11 13", ["apollo", "11", "13"]),
            ("0000", ["0"]),
            ("Zoe@Example.com", ["zoe@example.com"]),
            ("ada zoe@example.com", ["ada", "zoe@example.com"]),
            ("@example.com", ["@example.com"]),
            ("ada@", ["ada"]),
            ("!!!", []),
            ("% _ *", []),
            ("12", ["12"]),
            ("O'Hara", ["ohara"]),
            ("Jean-Luc", ["jean", "luc"]),
        ],
    )
    def test_examples(self, q: str, expected: list[str]) -> None:
        assert sought(q) == expected

    @pytest.mark.parametrize(
        "extension",
        [
            " ext 42",
            " ext. 42",
            " Ext: 42",
            " extn 42",
            " extension 42",
            " extensio\u0301n 42",
            "x42",
            " x42",
            " x 42",
            " X42",
            " #42",
            " 42#",
            " - 42#",
            " ~42",
            ";ext=42",
            ",42",
            ", 42",
            ",,42",
            ";42",
            " (ext 42)",
            " доб. 42",
            " poste 42",
            " Kl. 42",
            " DW42",
            " 内線42",
            " anexo 42",
            " int 42",
            "\u00a0ext\u00a042",
            "\u202f–\u202fx42",
            "\u200b x42\u202c",
            " ｅｘｔ．４２",
            " ｘ４２",
            " ＃４２",
            " x٤٢",
        ],
    )
    def test_of_a_number_its_extension_is_none(self, extension: str) -> None:
        for number in ("0161 494 1414", "(0161) 494-1414", "٠١٦١ ٤٩٤ ١٤١٤", "０１６１\u00a0４９４\u00a0１４１４"):
            assert sought(number + extension) == ["1614941414"]
            assert sought(f"Bob {number}{extension}") == ["bob", "1614941414"]
            assert sought(f"{number}{extension} Bob") == ["1614941414", "bob"]
            stored = normalize_phone(number + extension, "GB")
            assert (stored.value, int(stored.extension)) == ("+441614941414", 42)

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("1414 ext 42", ["1414"]),
            ("494 1414 x42", ["4941414"]),
            ("Bob 1414 x42, Leeds", ["bob", "1414", "leeds"]),
            ("1414 x42 5550", ["1414", "5550"]),
            ("+1 212 867 1414 x7", ["12128671414"]),
            ("(0161 494 1414 ext 42)", ["1614941414"]),
            ("tel:+44-161-494-1414;ext=42", ["441614941414"]),
            ("0161 494 1414 x42 0113 496 0550 x7", ["1614941414", "1134960550"]),
        ],
    )
    def test_of_any_number_its_extension_is_none(self, q: str, expected: list[str]) -> None:
        assert sought(q) == expected

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("Box 12", ["box", "12"]),
            ("Box 12 x3", ["box", "12", "x3"]),
            ("Smith x", ["smith", "x"]),
            ("ext 42", ["ext", "42"]),
            ("x42", ["x42"]),
            ("apartment #4", ["apartment", "4"]),
            ("1414 x", ["1414", "x"]),
            ("1414 next", ["1414", "next"]),
            ("1414 next 42", ["1414", "next", "42"]),
            ("0161 494 1414 box 42", ["1614941414", "box", "42"]),
            ("LC-55501 x2", ["lc", "55501", "x2"]),
            ("0991, 0992", ["991", "992"]),
            ("0991;0992", ["0991", "0992"]),
            ("bob@1414.x42", ["bob@1414.x42"]),
        ],
    )
    def test_of_what_is_no_extension(self, q: str, expected: list[str]) -> None:
        assert sought(q) == expected

    def test_what_looks_like_an_extension_may_be_of_a_card(self) -> None:
        (term,) = terms("1234x5678", "GB")
        assert term.exact["1234x5678"] > term.exact["…1234"]

    @pytest.mark.parametrize(
        ("q", "region", "word"),
        [
            ("8 912 345-67-89", "RU", "79123456789"),
            ("020 7946 0123", "GB", "442079460123"),
            ("Müller", "DE", "mueller"),
            ("Иванов", "RU", "ivanov"),
            ("@ada.okafor", "GB", "ada.okafor"),
            ("0991", "GB", "…0991"),
            ("60991", "GB", "…60991"),
            ("460991", "GB", "‥460991"),
            ("0991", "GB", "＝0991"),
            ("Jean Luc", "FR", "jeanluc"),
            ("Jean-Luc", "FR", "jeanluc"),
            ("de la Cruz", "ES", "delacruz"),
            ("AT&T", "US", "att"),
            ("SW1A 9ZZ", "GB", "sw1a9zz"),
            ("example.com", "GB", "@example.com"),
        ],
    )
    def test_are_other_words_as_well(self, q: str, region: str, word: str) -> None:
        assert all(word in term.exact for term in terms(q, region))

    def test_a_word_may_be_two(self) -> None:
        assert ("jean", "luc") in terms("Jeanluc")[0].splits
        assert terms("0991")[0].splits == terms("山田電機")[0].splits == []

    def test_parts_need_proof(self) -> None:
        (term,) = terms("山田電機")
        assert (term.grams, term.proof) == (["山田", "田電", "電機"], ["%山田電機%"])
        (term,) = terms("9460991")
        assert (list(term.tails), term.proof) == (["…460991", "‥460991"], ["%9460991"])
        assert terms("460991")[0].tails == {}
        (term,) = terms("020 7946 0991")
        assert term.proof == ["%02079460991", "%2079460991"]

    @pytest.mark.parametrize("letter", ["丙", "전", "ナ", "な", "ﾅ", "ด", "រ", "𠮷"])
    def test_one_letter_of_a_script_without_blanks_is_found_anywhere(self, letter: str) -> None:
        (term,) = terms(letter)
        word = searchable(letter)
        assert term.exact == {word: EXACT, LETTER + word: PART}
        assert (term.begins, term.grams, term.proof, term.misspellings) == ([], [], [], set())

    def test_other_letters_have_no_such_word(self) -> None:
        assert all(LETTER not in word for q in ("m", "ж", "ma", "山田") for term in terms(q) for word in term.exact)

    @given(st.text(min_size=1, max_size=200))
    def test_are_few_and_short(self, q: str) -> None:
        found = terms(q, "GB")
        assert len(found) <= MOST_TERMS and len({term.word for term in found}) == len(found)
        assert all(0 < len(term.word) <= LONGEST_WORD for term in found)

    @given(st.text(min_size=1, max_size=30))
    def test_a_name_has_the_words_that_it_is_asked_for_with(self, name: str) -> None:
        stored = names_of(name) | set(words(name))
        for term in terms(name, "GB"):
            if "@" not in name and not term.digits and not term.word.isdecimal():
                assert term.word in stored


class TestReadings:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("Max 07460 2", [["max", "7460", "2"], ["max", "74602"]]),
            ("07460 2 Max", [["7460", "2", "max"], ["74602", "max"]]),
            ("Max +44 7460", [["max", "44", "7460"], ["max", "447460"]]),
            ("Max 8 0 9 4", [["max", "8", "0", "9", "4"], ["max", "8094"]]),
            ("Max 278 - 094", [["max", "278", "94"], ["max", "278094"]]),
            ("020 - 7946 - 0123", [["20", "7946", "123"], ["2079460123"]]),
            ("Max 8001, 80 94", [["max", "8001", "80", "94"], ["max", "8001", "8094"]]),
            ("07460 2, Max", [["7460", "2", "max"], ["74602", "max"]]),
            ("80 94 Max 893 418", [["80", "94", "max", "893", "418"], ["8094", "max", "893418"]]),
            (
                "80 94 Zug 6312 7766",
                [["80", "94", "zug", "63127766"], ["80", "94", "zug", "6312", "7766"], ["8094", "zug", "63127766"]],
            ),
        ],
    )
    def test_of_digits_beside_one_another_end_with_one_number(self, q: str, expected: list[list[str]]) -> None:
        assert [[term.word for term in reading] for reading in readings(q, "GB")] == expected

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("Ada Okafor", [["ada", "okafor"]]),
            ("12 Max 34, 56", [["12", "max", "34", "56"]]),
            ("07460 2", [["74602"], ["7460", "2"]]),
            ("Zug 6312 7766", [["zug", "63127766"], ["zug", "6312", "7766"]]),
            ("!!!", [[]]),
        ],
    )
    def test_are_no_more_than_there_are(self, q: str, expected: list[list[str]]) -> None:
        assert [[term.word for term in reading] for reading in readings(q, "GB")] == expected

    @pytest.mark.parametrize(
        "q",
        [
            "Max <zoe.x@example.com>",
            '"Lee, Max" <zoe.x@example.com>',
            "Max2 [mailto:Zoe.X@example.com]",
            '"max@home" <zoe.x@example.com>',
            "zoe.x@example.com (Max)",
            "from: zoe.x@example.com",
            "From:zoe.x@example.com",
            "From: Max <zoe.x@example.com>",
            "'zoe.x@example.com' Max",
            "Max, zoe.x@example.com.",
        ],
    )
    def test_the_last_of_a_header_is_its_address(self, q: str) -> None:
        first, *_, last = readings(q, "GB")
        assert last == terms("zoe.x@example.com") != first

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("zoe.x@example.com", [["zoe.x@example.com"]]),
            ("<zoe.x@example.com>", [["zoe.x@example.com"]]),
            ("Max zoe@example.com, ada@example.com", [["max", "zoe@example.com", "ada@example.com"]]),
            ("Max zoe@exam", [["max", "zoe@exam"]]),
            ("zoe@example.com LS12", [["zoe@example.com", "ls12"]]),
            ("Max @example.com", [["max", "@example.com"]]),
        ],
    )
    def test_there_is_none_without_words_of_what_is_no_header(self, q: str, expected: list[list[str]]) -> None:
        assert [[term.word for term in reading] for reading in readings(q, "GB")] == expected

    @given(st.text("a1 ,-+x", min_size=1, max_size=30))
    def test_are_different_and_the_likeliest_is_the_first(self, q: str) -> None:
        found = list(readings(q, "GB"))
        assert found[0] == terms(q, "GB")
        assert all(reading not in found[:n] for n, reading in enumerate(found))


LATIN, DIGITS = string.ascii_lowercase, string.digits
WORDS = [
    "ada",
    "anna",
    "zoe",
    "aaaa",
    "okafor",
    "quartermain",
    "123",
    "4420",
    "a1b",
    "o_brien",
    "иван",
    "x" * LONGEST_WORD,
]


def distance(one: str, other: str) -> int:
    """Damerau and Levenshtein's, of the kind in which no letter is touched twice, straight from its definition."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        ways = [of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (one[i - 1] != other[j - 1])]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            ways.append(of(i - 2, j - 2) + 1)
        return min(ways)

    return of(len(one), len(other))


class TestMistakes:
    @pytest.mark.parametrize(
        ("one", "other", "apart"),
        [("ada", "ada", 0), ("ada", "aad", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("", "ab", 2)],
    )
    def test_the_measure_itself(self, one: str, other: str, apart: int) -> None:
        assert distance(one, other) == apart

    @pytest.mark.parametrize("word", WORDS[:-1])
    def test_are_all_one_slip_away(self, word: str) -> None:
        found = misspellings(word)
        assert word in found
        assert {distance(word, form) for form in found} == {0, 1}

    @settings(max_examples=20)
    @given(st.text(LATIN + DIGITS + "_éж", min_size=3, max_size=6))
    def test_are_all_one_slip_away_in_any_word(self, word: str) -> None:
        assert {distance(word, form) for form in misspellings(word)} == {0, 1}

    @pytest.mark.parametrize(
        ("word", "alphabet"),
        [(word, LATIN if word.isalpha() else DIGITS if word.isdigit() else LATIN + DIGITS) for word in WORDS],
    )
    def test_hold_every_slip(self, word: str, alphabet: str) -> None:
        found, places = misspellings(word), range(len(word))
        for place in places:
            assert word[:place] + word[place + 1 :] in found  # missing
            assert {word[:place] + c + word[place + 1 :] for c in alphabet} <= found  # wrong
        for place in range(len(word) + 1):
            assert {word[:place] + c + word[place:] for c in alphabet} <= found  # too many
        for place in places[:-1]:
            assert word[:place] + word[place + 1] + word[place] + word[place + 2 :] in found  # swapped

    @pytest.mark.parametrize("word", ["aab", "zab", "12a"])
    def test_hold_nothing_but_slips_with_such_letters(self, word: str) -> None:
        """Of all that is not longer than a slip allows, made of few letters: what is near is found, the rest is not."""
        letters = set("abz12")
        every = {""}
        for _ in range(len(word) + 1):
            every |= {form + letter for form in every for letter in letters}
        near = {form for form in every if distance(word, form) <= 1}
        if word.isalpha():
            near = {form for form in near if form.isalpha()}
        assert {form for form in misspellings(word) if set(form) <= letters} == near

    @pytest.mark.parametrize("word", ["", "a", "ab", "12", "жа", "ab@example.com", "@example.com", "@"])
    def test_very_short_words_have_none(self, word: str) -> None:
        assert misspellings(word) == set()

    def test_of_an_address_only_what_stands_before_the_at(self) -> None:
        assert misspellings("zoe@example.com") == misspellings("zoe")
        assert not any("@" in form for form in misspellings("zoe.q@example.com"))

    def test_are_few_enough_to_be_asked_for(self) -> None:
        assert len(misspellings("x" * LONGEST_WORD)) < 54 * LONGEST_WORD
        assert (
            len(misspellings("okafor")) == 6 * 25 + 7 * 26 - 6 + 6 + 5 + 1
        )  # wrong, too many, missing, swapped, itself
