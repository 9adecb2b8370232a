"""Harms and costs by their names, and the words beside them that turn what is wanted, or may."""

from collections.abc import Iterable

from helpers.ingest.new_study import languages, vocabulary
from helpers.ingest.new_study.vocabulary import is_said, touches


def is_harm(name: str) -> bool:
    """Whether a name is that of a harm or a cost, and no word beside it turns that.

    >>> [is_harm(n) for n in ("support_cost_eur", "lost_revenue", "return_value", "complaints_resolved", "returned", "revenue")]
    [True, True, True, False, False, False]
    >>> [is_harm(n) for n in ("crash_free", "fraud_caught", "Fehler behoben", "time_to_relapse_days", "relapse_days", "no_show")]
    [False, False, False, False, True, True]
    """
    words = vocabulary.tokens(name)
    if is_turned(name) or denies(name):
        return words[:2] == ["no", "show"]  # who did not come
    if "support" in words and {"ticket", "tickets"} & set(words):
        return True
    back = bool(BACK & set(words)) and "on" not in words  # of goods, not of users, nor a return on what was spent
    of_goods = back and touches(name, vocabulary.PRODUCT | vocabulary.ORDER | vocabulary.MONEY)
    return of_goods or touches(name, vocabulary.HARM | vocabulary.COST)


GOODS = (
    vocabulary.PRODUCT
    | languages.words("items products goods delivered delivery shipped shipping shipment parcel parcels refund refunded refunds exchanged"
                       " lieferung geliefert paket livraison livre colis entrega entregado paquete consegna consegnato pacco bezorgd levering")
)  # fmt: skip
"""Words of what is sent to a buyer, and may be sent back."""
COMING = vocabulary.SESSION | languages.words(
    "sessions visits retention retained login logins active signup churn churned"
)
"""Words of users who come and go, and come back."""
BACK = frozenset({"return", "returned", "returns"})


def may_be_of_goods(name: str) -> bool:
    """Whether a name may be that of goods sent back as well as of users who came back.

    >>> [may_be_of_goods(n) for n in ("returned", "is_returned", "returns", "returning_users", "return_visit", "return_rate")]
    [True, True, True, False, False, True]
    """
    words = vocabulary.tokens(name)
    plain = BACK | vocabulary.COUNTED | {"is", "was", "has"}
    return bool(BACK & set(words)) and all(is_said(word, plain) for word in words)


def tells_of_goods(names: Iterable[str]) -> bool:
    """Whether columns tell of goods that are sent to buyers, and none of users who come and go.

    >>> tells_of_goods(["user_id", "items", "returned"]), tells_of_goods(["user_id", "revenue", "returned"])
    (True, False)
    >>> tells_of_goods(["user_id", "items", "sessions", "returned"])
    False
    """
    called = list(names)
    return any(touches(n, GOODS) for n in called) and not any(touches(n, COMING) for n in called)


def is_turned(name: str) -> bool:
    """Whether a word in a name turns what is wanted of what else it says: a crash that did not come, or came late."""
    return any(is_said(word, vocabulary.TURNED) for word in vocabulary.tokens(name)) or _is_delayed(name)


def is_open(name: str) -> bool:
    """Whether a word behind that of a harm or of something slow may say what became of it: nothing known as a count of it, or as whose it is.

    >>> [is_open(n) for n in ("errors_per_user", "churned_30d", "refund_count", "support_cost", "churn_quux", "waiting_list_joined", "coste_envio")]
    [False, False, False, False, True, True, False]
    """
    words = vocabulary.tokens(name)
    bad = [i for i, word in enumerate(words) if is_said(word, vocabulary.HARM | vocabulary.SLOW)]
    if not bad or touches(name, vocabulary.COST):
        return False
    return not all(is_said(word, _PLAIN) or word.isdigit() or len(word) < SHORT for word in words[bad[-1] + 1 :])


SHORT = 3
"""Words of fewer letters say little: of, in, d, ms."""
_PLAIN = (
    vocabulary.COUNTED | vocabulary.MONEY | vocabulary.COST | vocabulary.SLOW | vocabulary.HARM | vocabulary.SECONDS | vocabulary.LENGTHS
    | vocabulary.OTHER_TIMES | vocabulary.UNIT | vocabulary.PRODUCT | vocabulary.ORDER | vocabulary.SESSION
)  # fmt: skip


def _is_delayed(name: str) -> bool:
    """Whether a name is that of the time until a harm, as ``days_to_churn``, or since the last one, or between two."""
    words = vocabulary.tokens(name)
    at = [i for i, word in enumerate(words) if word in vocabulary.UNTIL | vocabulary.SINCE_OR_BETWEEN]
    timed = any(is_said(word, vocabulary.SPANS) for word in words)
    return timed and any(is_said(word, vocabulary.HARM | vocabulary.SLOW) for i in at for word in words[i + 1 :])


def denies(name: str) -> bool:
    """Whether a name says that nothing happened, as ``no`` beside ``yes``, ``not_converted`` and ``did_not_attend``.

    >>> [denies(n) for n in ("no", "not_converted", "nicht gekauft", "geen aankoop", "notified", "order_no")]
    [True, True, True, True, False, False]
    """
    words = vocabulary.tokens(name)
    return bool(vocabulary.NOT & set(words)) and not (
        len(words) > 1 and words[-1] in vocabulary.NOT
    )  # an order_no is a number
