"""What names of columns and levels tell: the vocabulary by which roles are guessed, and names made fit for a study."""

import re

from helpers.config.columns import logged

UNIT = {"user", "customer", "visitor", "client", "account", "member", "player", "device", "subscriber", "person",
        "household", "cookie", "subject", "unit", "guest", "buyer", "patient", "student", "driver", "rider", "distinct",
        "anonymous", "amplitude", "profile", "respondent", "participant", "employee", "reader", "passenger", "donor", "voter",
        "nutzer", "benutzer", "kunde", "kunden", "mitglied", "cliente", "usuario", "utilisateur", "utente", "klient", "klant",
        "gebruiker"}  # fmt: skip
"""Who is assigned, in some languages, and as tools of analytics call it."""
KEY = {"id", "key", "uuid", "guid", "hash", "no", "nr", "nummer", "number"}
TIME = {
    "time",
    "timestamp",
    "date",
    "datetime",
    "ts",
    "at",
    "when",
    "day",
    "created",
    "occurred",
    "exposed",
    "assigned",
}
EVENT = {"event", "action", "activity", "what", "eventname", "eventtype"}
EVENT_WEAK = {"type", "step", "name", "kind"}
VARIANT = {"variant", "variation", "treatment", "treated", "arm", "group", "version", "condition", "bucket", "cell",
           "experiment", "ab", "abtest", "testgroup", "abgroup", "grp", "gruppe", "grupo", "groupe", "variante", "gruppo"}  # fmt: skip
VARIANT_WEAK = {"segment", "page", "campaign", "design", "test", "split", "assignment"}
CONTROL = {"control", "ctrl", "old", "off", "no", "none", "baseline", "holdout", "default", "a", "placebo", "original",
           "false", "0", "before", "current", "psa", "sham", "untreated", "standard", "existing", "kontrolle", "kontroll",
           "kontrollgruppe", "controle", "controllo"}  # fmt: skip
"""Of an advertisement, ``psa`` is what is shown in its place: a public service announcement."""
TREATMENT = {"treatment", "treat", "new", "on", "yes", "test", "b", "variant", "exp", "experiment", "true", "1"}
SHOWN = {"page", "shown", "served", "displayed", "rendered", "seen", "landing", "actual", "received"}
BEFORE = {"history", "historic", "historical", "before", "prior", "past", "previous", "prev", "pre", "baseline", "tenure",
          "recency", "earlier", "lifetime", "age", "lag", "last"}  # fmt: skip
MONEY = {"revenue", "spend", "spent", "spending", "amount", "sales", "gmv", "price", "value", "profit", "income", "cost",
         "payment", "paid", "usd", "eur", "gbp", "charges", "total", "turnover", "ltv", "arpu", "money"}  # fmt: skip
SECONDS = {"seconds", "sec", "secs", "duration"}
LENGTHS = {"time", "watchtime", "playtime", "dwell"}
OTHER_TIMES = {"minutes", "hours", "mins", "hrs", "ms", "milliseconds", "latency"}
"""Words of lengths of time: likely in seconds, and in other units."""
OUTCOME = (
    {"convert", "converted", "conversion", "conversions", "purchase", "purchased", "purchases", "bought", "order", "orders",
     "ordered", "buy", "subscribed", "signup", "signedup", "registered", "success", "responded", "response"},
    {"retention", "retained", "churn", "churned", "returned", "active", "renewed", "cancelled", "left"},
    {"revenue", "spend", "spent", "sales", "gmv", "profit"},
    {"click", "clicked", "clicks", "visit", "visited", "visits", "opened", "completed", "installed", "views", "sessions",
     "rounds", "plays", "pages", "minutes", "seconds", "duration", "amount", "sum", "count", "paid", "outcome",
     "target"},
)  # fmt: skip
"""Names of outcomes, what a business decides by first; the first set that a name touches is its class."""
ATTRIBUTE = {"gender", "sex", "country", "region", "city", "state", "zip", "device", "platform", "os", "browser", "language",
             "locale", "channel", "source", "medium", "senior", "newbie", "is", "has", "mens", "womens", "premium",
             "plan", "tier", "category", "brand", "cohort"}  # fmt: skip
STEPS = ("impression", "exposure", "visit", "session", "open", "search", "view", "click", "detail", "signup", "trial",
         "add", "cart", "basket", "checkout", "shipping", "payment", "pay", "purchase", "order", "buy", "subscribe")  # fmt: skip
"""Words of a way through a shop, in the order in which they are met."""
UNDONE = {"cancel", "cancelled", "canceled", "cancellation", "refund", "refunded", "return", "returned", "void", "voided",
          "reverse", "reversed", "reversal", "chargeback", "fail", "failed", "failure", "error", "declined", "rejected",
          "abandon", "abandoned", "remove", "removed", "unsubscribe", "unsubscribed"}  # fmt: skip
"""Words of events that undo a step, or say that it did not come about."""
SESSION, PRODUCT, ORDER = (
    {"session", "visit"},
    {"product", "item", "sku", "article", "track"},
    {"order", "invoice", "transaction"},
)


def tokens(name: str) -> list[str]:
    """The words of a column's name, in small letters.

    >>> tokens("customerID"), tokens("sum_gamerounds"), tokens("Total Charges (EUR)"), tokens("retention_7")
    (['customer', 'id'], ['sum', 'gamerounds'], ['total', 'charges', 'eur'], ['retention', '7'])
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.findall(r"[a-z]+|[0-9]+", parted.lower())


def touches(name: str, words: set[str]) -> bool:
    """Whether a name holds one of the words, or is made of them without a gap.

    >>> touches("userid", {"user"} | {"id"}), touches("group", {"group"}), touches("grouping", {"group"})
    (True, True, False)
    """
    found = tokens(name)
    joined = "".join(found)
    return (
        not words.isdisjoint(found)
        or joined in words
        or any(joined[:i] in words and joined[i:] in words for i in range(1, len(joined)))
    )


def names_a_unit(name: str) -> int:
    """How surely a name is that of a unit's id: 3 ``user_id``, 2 ``visitor``, 1 ``id``, 0 anything else.

    >>> [names_a_unit(n) for n in ("userid", "customerID", "user_pseudo_id", "visitor", "id", "user_session_id", "user_age")]
    [3, 3, 2, 2, 1, 0, 0]
    """
    found = tokens(name)
    joined = "".join(found)
    if any(joined.startswith(unit) and joined.removeprefix(unit) in KEY for unit in UNIT):
        return 3
    between = bool(found) and found[0] in UNIT and found[-1] in KEY  # user_pseudo_id
    if joined in UNIT | {"who", "uid"} or (between and not {*SESSION, *PRODUCT, *ORDER, "event"} & set(found)):
        return 2
    return 1 if joined in KEY else 0


def slug(name: str, taken: "set[str] | frozenset[str]" = frozenset()) -> str:
    """A name as a study file has it: small letters, digits and ``_``, not one of ``taken``.

    >>> slug("Mens E-Mail"), slug("2nd visit"), slug("visit", {"visit"}), slug("日本")
    ('mens_e_mail', 'x_2nd_visit', 'visit_2', 'x')
    """
    made = re.sub(r"[^a-z0-9]+", "_", " ".join(tokens(name)) if not name.islower() else name.lower()).strip("_")
    made = made if made[:1].isalpha() else f"x_{made}".rstrip("_")
    made, number = made[:60].rstrip("_"), 2
    base = made
    while made in taken:
        made, number = f"{base}_{number}", number + 1
    return made


def label(name: str) -> str:
    """A name for people.

    >>> label("sum_gamerounds")
    'Sum gamerounds'
    """
    return " ".join(re.findall(r"\w+", name.replace("_", " "))).capitalize() or "Column"


def printable(text: str) -> str:
    """Text of a file as it may stand in a comment or on a terminal: one line, no control signs, not too long."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in logged(text))
    return clean if len(clean) <= 60 else clean[:57] + "..."
