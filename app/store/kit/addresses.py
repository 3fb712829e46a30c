"""Whether two contacts are with the same address, however it is written."""


def address(contact: str) -> str:
    """SQL expression on a contact (kind and value, as JSON): with whom it says to be, or null."""
    value = f"{contact}->>'value'"
    number = f"right(regexp_replace({value}, '[^0-9]', '', 'g'), 7)"
    return f"CASE WHEN {contact}->>'kind' = 'phone' THEN {number} ELSE lower(substring({value}, '[^<>]*@[^<>]*')) END"


def same_address(a: str, b: str) -> str:
    """SQL condition on two contacts; null where one of them names no address, or they are of two kinds."""
    return f"CASE WHEN {a}->>'kind' = {b}->>'kind' THEN {address(a)} = {address(b)} END"
