"""The address of a PostgreSQL database, in both spellings that it has; its password is told to the server and nobody else."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    import sqlalchemy

_URL = re.compile(r"(?P<scheme>\w+)(?:\+\w+)?://(?P<rest>.*)", re.DOTALL)
_SECRET = ("password", "sslpassword", "passfile", "oauth_client_secret")
SHORT = 4
"""Signs of a password below which a message that holds them is left out, for too much else would be veiled."""


class NoAddress(ValueError):
    """A text that is no address, or one whose password cannot be told apart from the rest."""


@dataclass(frozen=True)
class Address:
    """What the environment holds, read once; it is never shown, nor are ``secrets``, in any of their spellings."""

    text: str = field(repr=False)
    secrets: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Address":
        """A URL, ``postgresql://user:password@host/database``, or keywords, ``host=... password=...``.

        A URL may hold one ``@``, in front of the host: with two nobody can say where the password ends, and an error of
        the server would show its rest as a host. Raises :class:`NoAddress`, which says nothing of the text.
        """
        import psycopg

        url = _URL.fullmatch(text.strip())
        written = set[str]()
        if url:
            authority = re.split("[/?]", url["rest"], maxsplit=1)[0]
            if url["rest"].count("@") != authority.count("@") or authority.count("@") > 1:
                raise NoAddress
            written.add(authority.partition("@")[0].partition(":")[2] if "@" in authority else "")
            written |= set(re.findall(rf"(?:{'|'.join(_SECRET)})=([^&]*)", url["rest"]))
            text = f"postgresql://{url['rest']}"
        try:
            told = psycopg.conninfo.conninfo_to_dict(text)
        except (psycopg.Error, ValueError):
            raise NoAddress from None
        known = written | {str(told[key]) for key in _SECRET if told.get(key)}
        spelled = {way(secret) for secret in known for way in (str, _quoted, quote, quote_plus)}
        return cls(text, frozenset(spelled | {text}) - {""})

    def engine(self) -> "sqlalchemy.Engine":
        """SQLAlchemy on this address, which itself stays out of what SQLAlchemy knows, shows and logs."""
        import psycopg
        import sqlalchemy

        def connect() -> Any:
            return psycopg.connect(self.text)

        return sqlalchemy.create_engine("postgresql+psycopg://", creator=connect)

    def veiled(self, said: str) -> str | None:
        """What somebody said of this address, without its secrets; None where they cannot be taken out.

        >>> found = Address("host=h password=hush", frozenset({"hush"}))
        >>> found.veiled("hush is no password"), Address("x", frozenset({"a"})).veiled("a word"), found
        ('*** is no password', None, Address())
        """
        if any(len(secret) < SHORT and secret in said for secret in self.secrets):
            return None
        for secret in sorted(self.secrets, key=len, reverse=True):
            said = said.replace(secret, "***")
        return said


def _quoted(text: str) -> str:
    return quote(text, safe="")
