import pytest

from app.rules.kit.web_addresses import is_harmless, is_web_address, plain_case


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/reviews/7",
        "HTTP://shop.example",
        "shop.example/reviews",
        "www.shop.example",
        "shop.example:8080/reviews",
        "localhost:8080",
        "//shop.example/a",
        "/reviews/7?next=javascript:alert(1)",
        "https://shop.example/a#data:text/html,x",
        "https://m\u00fcller.example/\u5c71",
    ],
)
def test_addresses_of_the_web_are_taken(address: str) -> None:
    assert is_web_address(address)
    assert is_harmless(address)


SCRIPTS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\r\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "java\u200bscript:alert(1)",
    "javascript :alert(1)",
    "java\u00adscript:alert(1)",
    "\ufeffjavascript:alert(1)",
    "java&#115;cript:alert(1)",
    "java&#x73;cript&colon;alert(1)",
    "java&Tab;script:alert(1)",
    "java&amp;#115;cript:alert(1)",
    "\uff4a\uff41vascript\uff1aalert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "DATA:,x",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "file:c:/windows",
    "blob:https://shop.example/7",
    "filesystem:https://shop.example/temporary/x",
    "view-source:javascript:alert(1)",
]


@pytest.mark.parametrize("address", SCRIPTS)
def test_addresses_that_run_or_read_something_are_neither(address: str) -> None:
    assert not is_web_address(address)
    assert not is_harmless(address)


@pytest.mark.parametrize("address", ["mailto:a@b.example", "ftp://shop.example", "urn:isbn:9783161484100", "tel:+4930"])
def test_other_addresses_are_none_of_the_web_and_do_no_harm(address: str) -> None:
    assert not is_web_address(address)
    assert is_harmless(address)


@pytest.mark.parametrize(
    "place", ["C:\\docs\\plan.pdf", "\\\\server\\share", "QA76.73: 12", "Binder 3", "javascript/x"]
)
def test_paths_and_shelf_marks_do_no_harm(place: str) -> None:
    assert is_harmless(place)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("HTTPS://X.example/A?B=C#D", "https://x.example/A?B=C#D"),
        ("Shop.Example:8080/Reviews", "shop.example:8080/Reviews"),
        ("//Shop.Example/A", "//shop.example/A"),
        ("http://Ada@Shop.Example?Q", "http://Ada@shop.example?Q"),
        ("/Reviews/7", "/Reviews/7"),
        ("LocalHost:80", "localhost:80"),
        ("https://M\u00dcLLER.example", "https://m\u00fcller.example"),
    ],
)
def test_scheme_and_host_ignore_case(address: str, plain: str) -> None:
    assert plain_case(address) == plain == plain_case(plain)
