"""The channels on which a customer and the business are in contact."""

from enum import StrEnum


class Channel(StrEnum):
    """The channel on which a customer and the business are in contact."""

    PHONE = "phone"
    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    WEB_CHAT = "web_chat"
    VIDEO = "video"
    IN_PERSON = "in_person"
    VISIT = "visit"
    LETTER = "letter"
    EVENT = "event"
    WEB_FORM = "web_form"
    SOCIAL = "social"
    OTHER = "other"
