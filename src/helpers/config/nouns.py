"""Names of events as English nouns: one of them, many of them, and whether a name is a thing that can be counted at all."""

import re

THINGS = re.compile(
    r"(?:ad|answer|app|arm|basket|booking|build|call|campaign|cart|case|chat|checkout|chunk|class|click|cluster|comment"
    r"|contact|contract|course|crash|cup|customer|day|deal|deposit|discount|donation|download|effect|email"
    r"|error|event|experiment|file|game|gift|group|hit|hour|import|interval|invite|invoice|item|lead|lease"
    r"|lesson|letter|like|listing|loan|login|logout|meeting|message|minute|mistake|month|number|offer|open|order|page"
    r"|patient|payout|person|photo|play|point|post|product|profile|project|purchase|question|quote|rating|receipt"
    r"|refund|renewal|report|request|response|return|reward|ride|row|sale|scan|search|session|shipment|sign-?up"
    r"|song|stream|survey|task|test|ticket|track|trade|transfer|trial|trip|unit|update|upgrade|upload|usage|user|video"
    r"|view|visit|visitor|vote|week|win|year"
    r"|[a-z]*(?:view|back)|[a-z]+(?:tion|sion|ment|ship))(?:e?s)?|repl(?:y|ies)|deliver(?:y|ies)|inquir(?:y|ies)",
    re.IGNORECASE,
)
"""Names of events that are English things, which can be counted: of any other word, of whatever language, no plural is made."""


def plural(event: str) -> str:
    """Many of an event, in prose.

    >>> plural("purchase"), plural("back_after_a_week"), plural("reply"), plural("ordered"), plural("purchases")
    ('purchases', 'units with back_after_a_week', 'replies', 'units with ordered', 'purchases')
    >>> plural("geantwortet"), plural("subscribe"), plural("subscription")
    ('units with geantwortet', 'units with subscribe', 'subscriptions')
    """
    if not is_noun(event):
        return f"units with {event}"
    one = one_of(event)
    if one.endswith(("s", "x", "ch", "sh")):
        return f"{one}es"
    return f"{one[:-1]}ies" if re.search("[^aeiou]y$", one) else f"{one}s"


def a(event: str) -> str:
    """One of an event, with its article.

    >>> a("purchase"), a("orders"), a("unit"), a("added_to_cart")
    ('a purchase', 'an order', 'a unit', 'an added_to_cart event')
    """
    one = event if " " in event else one_of(event) if is_noun(event) else f"{event} event"
    return f"{'an' if re.match('(?i)[aio]|e(?!u)|u(?!ni|s)|hour', one) else 'a'} {one}"


def is_noun(event: str) -> bool:
    """Whether an event's name reads as a thing that can be counted."""
    return bool(THINGS.fullmatch(event))


def one_of(event: str) -> str:
    """A noun in the singular.

    >>> one_of("replies"), one_of("purchases"), one_of("class")
    ('reply', 'purchase', 'class')
    """
    if event.endswith("ies"):
        return f"{event[:-3]}y"
    if re.search("(?:ss|x|ch|sh)es$", event):
        return event[:-2]
    return event[:-1] if re.search("[^s]s$", event) else event
