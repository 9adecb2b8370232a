"""How a world is written down: every free choice of a file, none of which may change what it says."""

from dataclasses import dataclass, field

from tests.fuzz import amounts, times

TEXT, TYPED = ("csv", "tsv", "semicolon", "pipe"), ("parquet", "duckdb")
DELIMITERS = {"csv": ",", "tsv": "\t", "semicolon": ";", "pipe": "|"}
ENDINGS = {"csv": "csv", "tsv": "tsv", "semicolon": "csv", "pipe": "txt"}
ROLES = ("when", "what", "who", "arm", "cost", "key", "note", "bought", "spend", "rounds", "score")
HEADERS: list[dict[str, str]] = [
    {},
    {"when": "Event Time", "what": "Event Name", "who": "User ID", "arm": "Group / Arm", "cost": "Price, net"},
    {"when": 'the "moment"', "what": "it's", "who": "user;id", "arm": "arm|b", "cost": "a\tb", "spend": 'in "EUR"'},
    {
        "when": "select",
        "what": "from",
        "who": "table",
        "arm": "order",
        "cost": "group",
        "spend": "where",
        "note": "null",
    },
    {
        "who": "file_row_number",
        "note": "problem",
        "arm": "file_index",
        "cost": "row_id",
        "spend": "amount",
        "when": "filename",
    },
    {
        "who": "event_name",
        "what": "user_id",
        "when": "price",
        "cost": "event_time",
        "note": "variant",
        "arm": "session_id",
    },
    {
        "who": "outcome_0",
        "spend": "outcome_0_text",
        "arm": "file",
        "note": "row_key",
        "when": "units",
        "what": "rejects",
    },
    {
        "when": "Zeitpunkt (µs)",
        "who": "Käufer-Nº",
        "arm": "groupe d'essai",
        "cost": "Preis €",
        "spend": "Umsatz €",
        "note": "✓",
    },
    {"when": "1", "what": "2", "who": "3", "arm": "4", "cost": "5", "spend": "6", "note": "0"},
    {"note": "A" * 200, "who": "_", "arm": "-", "when": "?", "cost": "$", "spend": "%s", "what": "{{ x }}"},
]
"""Names of columns by what they hold; what is not listed is called as here."""
LEVELS = [
    ("control", "treatment", "third", "fourth"),
    ("A", "B", "C", "D"),
    ("0", "1", "2", "3"),
    ("a", "A", "b", "B"),
    ("old page", "new page", "it's new", 'the "best"'),
    ("false", "true", "yes", "no"),
    ("Kontrolle", "größer", "✓", "Δ"),
    ("05000", "5000", "1e3", "1000"),
]
"""What the arms are called in the file."""
CURRENCIES: list[tuple[str, int, int, dict[str, int]]] = [
    ("USD", 2, 2, {}),
    ("EUR", 2, 2, {}),
    ("JPY", 0, 0, {}),
    ("KWD", 3, 3, {}),
    ("EUR", 6, 6, {"money_digits": 6}),
    ("USD", 4, 2, {}),
]
"""Currencies, the digits of the amounts, those that are never rounded, and what the study says of them."""
TRUTHS = [("0", "1"), ("false", "true"), ("False", "True"), ("FALSE", "TRUE"), ("no", "yes"), ("No", "Yes"), ("N", "Y")]


@dataclass(frozen=True)
class Dress:
    """One way to write a world."""

    kind: str
    times: times.Spelling
    money: amounts.Format
    scores: amounts.Format
    ids: str
    digits: int
    minor: int
    currency: str
    money_keys: dict[str, int] = field(default_factory=dict)
    refunds: bool = False
    encoding: str = "utf-8"
    end: str = "\n"
    quoting: int = 0
    last_end: bool = True
    packing: str = ""
    files: int = 1
    header: dict[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = LEVELS[0]
    truths: tuple[str, str] = TRUTHS[0]
    keyed: bool = False
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT

    def name(self, role: str) -> str:
        return self.header.get(role, role)

    def told(self) -> str:
        """What a failure says of it, short."""
        parts = [self.kind + self.packing, self.encoding, f"time {self.times.name}", f"money {self.money.name}", f"ids {self.ids}",
                 f"{self.digits} digits", f"{self.files} files", f"columns {[self.name(r) for r in ROLES[:5]]}", f"levels {self.levels[:2]}"]  # fmt: skip
        return ", ".join(parts + ([f"types {self.typed}"] if self.typed else []))
