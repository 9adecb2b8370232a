"""What names of columns and levels tell: the vocabulary by which roles are guessed, and names made fit for a study."""

import re
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache, reduce
from itertools import pairwise

from helpers.config.columns import logged
from helpers.ingest.new_study import languages
from helpers.ingest.new_study.languages import words
from helpers.ingest.values.times_shapes import MONTHS

Words = frozenset[str]

UNIT: Words = (
    words(
        "user customer visitor client account member player device subscriber person household cookie subject unit guest buyer patient student"
        " driver rider distinct anonymous amplitude profile respondent participant employee reader passenger donor voter contact lead learner pupil"
        " shopper traveler traveller viewer listener candidate applicant supporter org organization organisation workspace tenant company"
        " recipient owner seller host merchant citizen owner mrn email"
    )
    | languages.UNIT
)
"""Who is assigned, in some languages, and as tools of analytics call it."""
DEVICE: Words = words("device cookie anonymous browser household gerat geraet appareil dispositivo cihaz")
"""What a user has, not who it is."""
KEY: Words = (
    words(
        "id ids key uuid guid hash hashed sha256 md5 anonymised anonymized pseudonymised encrypted masked no nr nummer number num code uid pseudonym"
    )
    | languages.KEY
)
TIME: Words = words("time timestamp date datetime ts at when day created occurred exposed assigned") | languages.TIME
SINCE: Words = words("birth birthday born signup joined join registered since first last install installed")
"""Words of days that lie before an experiment: of signing up, of birth."""
EVENT: Words = words("event action activity what eventname eventtype interaction happened hit") | languages.EVENT
EVENT_WEAK: Words = words("type step name kind") | languages.EVENT_WEAK
VARIANT: Words = (
    words(
        "variant variation treatment treated treat trt arm group version condition bucket cell experiment ab abtest testgroup abgroup grp assignment"
        " testcell split randomised randomized randomisation randomization allocated allocation assigned itt"
    )
    | languages.VARIANT
)
VARIANT_WEAK: Words = words("segment page campaign design test cohort offer method") | languages.VARIANT_WEAK
CONTROL: Words = (
    words(
        "control ctrl old off no none baseline holdout default placebo original false before current psa sham untreated standard existing"
        " without nothing legacy usual quo base unexposed nontreated kg status waitlist waitlisted regular"
    )
    | languages.CONTROL
)
"""Of an advertisement, ``psa`` is what is shown in its place: a public service announcement."""
NOT: Words = words("no not non never without none") | languages.NOT
"""Words of an arm that went without, and of an outcome that did not come about."""
TREATMENT: Words = (
    words(
        "treatment treat treated new on yes test variant exp experiment true exposed challenger redesign redesigned with v2 modern trt tg verum"
    )
    | languages.TREATMENT
)
SHOWN: Words = words("page shown served displayed rendered seen landing")
"""Of what a screen showed: where it is another one than the assigned, something went wrong."""
ASSIGNED: Words = words(
    "assigned assignment randomised randomized randomisation randomization allocated allocation itt intended planned zugewiesen zugeteilt randomisiert"
    " asignado assegnato toegewezen przydzielony"
)
"""Of the variant that a unit was to get, by which it counts whatever it got,"""
TAKEN_UP: Words = words(
    "actual actually received delivered administered taken got used complied treated tatsachlich erhalten recibido recu ontvangen"
)
"""and of the one that it got in the end: what it, or somebody else, chose."""
BEFORE: Words = (
    words(
        "history historic historical before prior pretest past previous prev pre baseline tenure recency earlier lifetime age lag last since"
    )
    | languages.BEFORE
)
AFTER: Words = words("after post afterwards posttest") | languages.AFTER
"""Of a measure that was taken behind an experiment."""
PHASE_BEFORE: Words = frozenset(
    {"pre", "before", "baseline", "prior", "pretest", "preperiod", "pretreatment", "prelaunch", "vorher", "avant", "antes", "washout", "runin", "bl", "prima",
     "przed", "voor", "oncesi", "vorlauf", "vorphase", "vorperiode", "vorzeitraum", "до", "前測", "前测", "実施前", "施策前", "開始前", "实验前", "干预前", "사전"}
)  # fmt: skip
PHASE_AFTER: Words = frozenset(
    {"post", "after", "posttest", "postperiod", "posttreatment", "postlaunch", "nachher", "apres", "despues", "launched", "dopo", "depois",
     "sonrasi", "после", "後測", "后测", "実施後", "施策後", "開始後", "实验后", "干预后", "사후"}
)  # fmt: skip
"""Of a time before an experiment and of that of it; not of a measure, which may be of the last week as well."""
PHASES: Words = words("phase phases period fase periode etape etapa abschnitt zeitraum testphase фаза etap")
"""Names of a column whose levels are times of a study,"""
TESTS: Words = words(
    "test testing tests experiment trial treatment intervention versuch testphase testlauf essai prueba prova during live"
)
"""and of that of the experiment among them."""
STAGES: Words = frozenset(
    {"t", "v", "m", "wave", "waves", "visit", "time", "timepoint", "point", "round", "measurement", "assessment", "messung", "welle", "visite", "vague", "onda",
     "ronda", "oleada", "visita", "meting"}
)  # fmt: skip
"""Words of the times at which somebody was looked at, the first of which is as a rule before anything was done."""
PASSING: Words = frozenset(
    {"d", "day", "w", "wk", "week", "m", "month", "mo", "y", "year", "tag", "woche", "monat", "j", "semaine", "mois"}
)
"""Words of what has passed since a start."""
NO_TIME_OF = frozenset({"code", "office", "id", "hour", "hours", "market", "tax"})
"""Words beside ``post`` or ``after`` that make something else of it."""
MONEY: Words = (
    words(
        "revenue spend spent spending amount amt cents pence sales gmv price value profit income cost payment paid usd eur gbp charges total turnover ltv arpu"
        " arppu money mrr arr payout fare fees tuition tip tips gross net"
    )
    | languages.MONEY
)
SECONDS: Words = words("seconds sec secs duration") | languages.SECONDS
LENGTHS: Words = words("time watchtime playtime dwell") | languages.LENGTHS
OTHER_TIMES: Words = words("minutes hours mins min hrs ms milliseconds latency") | languages.OTHER_TIMES
"""Words of lengths of time: likely in seconds, and in other units."""
OUTCOME: tuple[Words, ...] = (
    words("convert converted conversion conversions purchase purchased purchases bought order orders ordered buy subscribed signup signedup"
        " registered success successful succeeded completed responded response signed upgraded activated booked booking bookings donated donation gave gift gifts applied"
        " enrolled hired attended passed buyer pledge submitted installed opened taken reserved iap"
        " employed graduated recovered survived healed cured promoted won bound ok okay voted turnout admitted accepted sold repaid joined") | languages.BOUGHT,
    words("retention retained returned active renewed left kept return") | languages.KEPT,
    words("revenue spend spent sales gmv profit"),
    words("click clicked clicks visit visited visits views sessions rounds plays pages minutes seconds duration amount sum count"
        " paid outcome target logins searches downloads messages items streams episodes matches levels read played watched") | languages.DONE,
)  # fmt: skip
"""Names of outcomes, what a business decides by first; the first set that a name touches is its class."""
REMADE: Words = words(
    "log ln log1p log10 sqrt rank ranked decile deciles quartile quantile percentile tercile zscore std standardized standardised scaled"
    " normalized normalised winsorized winsorised winsor capped clipped trimmed bin binned bucketed rounded"
)
"""What is made of a number: another scale of it, or its tail cut."""
SUCCEEDED: Words = words(
    "success succeeded successful erfolg erfolgreich succes reussi reussite exito exitoso sucesso successo riuscito gelukt succesvol sukces udany uspech uspesne siker"
    " basari basarili framgang lyckad suksess onnistui onnistunut успех успешно 成功 성공 επιτυχια"
)
FAILED: Words = words(
    "failure failed fail unsuccessful misserfolg erfolglos gescheitert fehlschlag echec echoue fracaso fracasado fallo fallido fracasso falha insucesso fallimento fallito"
    " insuccesso mislukt mislukking gefaald porazka nieudany neuspech neuspesne kudarc sikertelen basarisiz basarisizlik misslyckad misslyckande mislykket epaonnistui"
    " epaonnistunut неудача неуспех неуспешно 失敗 失败 실패 αποτυχια"
)
"""Levels that say how it ended: well, or not."""
WELL: Words = OUTCOME[0] | SUCCEEDED | words("pass present alive complete eligible positive")
"""Levels that say that it happened, or went well."""
HARM: Words = (
    words(
        "churn churned unsubscribed unsubscribe complaint complaints complained crash crashed crashes refund refunded refunds cancelled canceled"
        " cancel cancellation cancellations bounce bounces bounced spam error errors err errs fault readmit* rehospital* died death deaths mortality chargeback chargebacks"
        " fraud dropout lapsed defaulted escalat* bug bugs dropped missed absent absence absences unsub unsubs unsubscribes injury injuries relapse*"
        " infected infection* disease* illness* sick* symptom* hospitali* pneumonia stroke strokes infarct* seizure* fever accident accidents"
        " noshow optout optedout fell falls fallen headache* nausea unemployed unemployment smoker smoking dead deceased icu defect* homeless dropouts"
        " collision* arrest* recidiv* reoffend* rearrest* evict* overdose* suicide* complication* toxicity"
    )
    | languages.HARM
)
"""What a business wants less of: a guardrail, and the primary metric only where nothing else is measured."""
COST: Words = (
    words(
        "cost costs expense expenses expenditure loss losses lost unpaid debt debts owed waste penalty penalties cpa cpc cpm cpl cac writeoff"
        " shrinkage damages damage"
    )
    | languages.COST
)
"""What is paid or lost, as a business counts it."""
TURNED: Words = (
    words(
        "saved saving savings avoided averted prevented prevention resolved solved fixed repaired corrected cured recovered recovery reduced reduction reductions decrease decreased"
        " fewer weight fat without no free caught detected detection found discovered blocked stopped intercepted cleared closed settled repaid rescued"
        " diverted recycled survived exit exited ended remission cessation quit abstinent abstinence improvement improved gained relief"
    )
    | languages.TURNED
)
"""Words beside a cost or a harm that turn what is wanted, or may: a weight that is lost, a complaint that was resolved."""
COUNTED: Words = words(
    "count counts cnt num number total sum rate ratio share pct percent percentage prop proportion avg mean median max min per flag ind indicator bool yes"
    " reports reported report events event cases case incidents incident instances times days day weeks week months month years year hours after before"
    " during within from and value score index level severity risk probability any ever new first last messages sessions requests clicks calls tickets"
    " leave received filed made submitted raised seen occurred happened all users status unit units size volume kg eur usd duration length"
    " anzahl zahl quote anteil prozent tage tag wochen monate jahre pro nach nombre nb taux part jours par numero tasa dias por cantidad taxa tasso giorni"
    " aantal dagen sayisi orani gun liczba dni"
    " 数 件数 率 回数 日数 건수 수 율"
)
"""Words beside what happened that only count it."""
SLOW: Words = (
    words(
        "latency latencies wait waits waiting waited delay delays delayed late lateness timeout timeouts failure failures failed fails"
        " defect defects downtime outage outages incident incidents lcp fid cls ttfb inp overdue arrears"
    )
    | languages.SLOW
)
"""What a business wants less of without harm being done."""
GRADES: Words = languages.GRADES
"""Grades of which 1 is the best, as in German schools."""
UNTIL = frozenset({"to", "until", "till", "bis", "jusqu", "hasta", "ate", "fino", "tot"})
SINCE_OR_BETWEEN = frozenset({"since", "between", "before", "seit", "zwischen", "depuis", "entre", "desde", "sinds"})
SPANS: Words = SECONDS.union(LENGTHS, OTHER_TIMES, *languages.SPANS.values())
"""Lengths of time, and what they are counted in."""
TAKES = words(
    "load loading lead cycle turnaround processing response resolution delivery handling lade antwort ladezeit"
)
"""Words between a length of time and what it lasts to, and of what is wanted to be short."""
WEIGHING = frozenset({"weight", "weights", "wt", "wgt", "pweight", "ipw", "gewicht", "gewichtung", "poids", "peso"})
OF_SURVEYS = WEIGHING | {"survey", "sampling", "sample", "design", "final", "person", "household"}
"""Words of weights, by which a unit of a survey stands for others, and those beside them."""
RANKS: Words = words("rank ranks ranking rang position puesto posizione posicao siralama miejsce ранг 順位 排名 순위")
"""Places in an order, of which the first is the best as a rule."""
REMARK: Words = words(
    "comment comments remark remarks feedback note notes text message description title name address url reason query search term"
)
"""Words of what somebody wrote."""
GOAL: Words = words("purchase purchased purchases order ordered orders buy bought subscribe subscribed subscription signup signed booking booked donation donated payment"
    " paid install enrolled lead sale converted conversion invoice invoiced charge charged renewal") | languages.BOUGHT  # fmt: skip
"""Words of the event that a way leads to."""
ATTRIBUTE: Words = (
    words(
        "gender sex country region city state zip device platform os browser language locale channel source medium senior newbie is has mens"
        " womens premium plan tier category brand cohort age mobile children optin postcode postal phone tel employee segment score propensity"
        " latitude longitude lat lon lng market weekday dow south north northeast southwest midwest urban rural"
    )
    | languages.ATTRIBUTE
)
ASKS = frozenset({"is", "has"})
"""Words by which a column asks something of a unit: whether it is new, or whether it was treated."""
TRAIT: Words = words(
    "member members membership loyal loyalty returning subscriber registered vip prime student married guest bot internal staff active known"
    " logged verified new_user newuser weekend holiday business kunde stammkunde"
)
"""Words of what a unit is, told as yes and no."""
ANSWERS: Words = (
    words(
        "agree disagree satisfied dissatisfied unsatisfied likely unlikely excellent poor terrible happy unhappy neither neutral never rarely"
        " sometimes often always"
    )
    | languages.ANSWERS
)
"""Words of answers to a question of a survey."""
METRIC: Words = words("metric metrics kpi kpis measure measures measurement indicator variable metrik* kennzahl* messgrosse metrique* mesure metrica* indicador*"
    " indicatore miara wskaznik gosterge olcum показател* метрик* 指標 指标")  # fmt: skip
"""Words of a column that names what another one measures,"""
VALUE: Words = words(
    "value values val wert werte valeur valeurs valor valores valore valori waarde wartosc deger значени* 値 值 数值"
)
"""and of that one."""
STEPS = ("impression", "exposure", "visit", "session", "open", "search", "view", "click", "detail", "signup", "trial",
         "add", "cart", "basket", "checkout", "shipping", "payment", "pay", "purchase", "order", "buy", "subscribe")  # fmt: skip
"""Words of a way through a shop, in the order in which they are met."""
UNDONE = frozenset({"cancel", "cancelled", "canceled", "cancellation", "refund", "refunded", "return", "returned", "void", "voided",
          "reverse", "reversed", "reversal", "chargeback", "fail", "failed", "failure", "error", "declined", "rejected",
          "abandon", "abandoned", "remove", "removed", "unsubscribe", "unsubscribed"})  # fmt: skip
"""Words of events that undo a step, or say that it did not come about."""
UNDONE_STATE: Words = UNDONE | {"expired", "unpaid", "bounced", "disputed", "nsf"} | languages.HARM
"""Words of a status that says so of its row, beside those of events."""
SESSION, PRODUCT, ORDER = (
    frozenset({"session", "visit"}),
    frozenset({"product", "item", "lineitem", "sku", "article", "track"}),
    frozenset({"order", "invoice", "transaction"}),
)


_LATIN = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_WORD = re.compile(r"[^\W\d_]+|[0-9]+")
_WIDE = "\u2e80"
"""From this sign on scripts put no gap between words."""


@lru_cache(maxsize=4096)
def _tokens(name: str) -> tuple[str, ...]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    if not parted.isascii():  # idКлиента
        parted = "".join(f" {b}" if a.islower() and b.isupper() else b for a, b in pairwise(f" {parted}"))
    return tuple(_WORD.findall("".join(map(_plain, parted.casefold())).translate(_LATIN)))


def _plain(sign: str) -> str:
    """A Latin letter without its accent; any other sign as it is."""
    if sign < "\u00c0" or "\u0250" <= sign < "\u1e00" or sign > "\u1eff":
        return "" if unicodedata.combining(sign) else sign
    return unicodedata.normalize("NFKD", sign)[0]


def tokens(name: str) -> list[str]:
    """The words of a column's name, in small letters without accents.

    >>> tokens("customerID"), tokens("sum_gamerounds"), tokens("Total Charges (EUR)"), tokens("retention_7")
    (['customer', 'id'], ['sum', 'gamerounds'], ['total', 'charges', 'eur'], ['retention', '7'])
    >>> tokens("Groupe_témoin"), tokens("idКлиента")
    (['groupe', 'temoin'], ['id', 'клиента'])
    """
    return list(_tokens(name))


@lru_cache(maxsize=256)
def _sorted(words: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Words that stand alone, beginnings, endings, and those that stand anywhere in a name."""
    wide = tuple(w for w in words if w[:1] >= _WIDE)
    begin = tuple(w[:-1] for w in words if w.endswith("*"))
    end = tuple(w[1:] for w in words if w.startswith("*"))
    return frozenset(w for w in words if "*" not in w and w[:1] < _WIDE), begin, end, wide


def is_said(token: str, words: Collection[str]) -> bool:
    """Whether a single word is one of some, or begins or ends as they say.

    >>> is_said("bestellungen", {"bestell*"}), is_said("order", {"orders"}), is_said("用户编号", {"用户"})
    (True, False, True)
    >>> is_said("コンバージョン", languages.VARIANT), is_said("コンバージョン", languages.BOUGHT)
    (False, True)
    """
    alone, begin, end, wide = _sorted(frozenset(words))
    return (
        token in alone or (bool(begin) and token.startswith(begin)) or (bool(end) and token.endswith(end))
        or any(word in token and _stands(word, token) for word in wide)
    )  # fmt: skip


def _stands(word: str, token: str) -> bool:
    """Whether a word stands in a name by itself: not within another one, as that for version does in コンバージョン, conversion."""
    return word in reduce(lambda left, longer: left.replace(longer, " "), _longer(word), token)


@cache
def _longer(word: str) -> tuple[str, ...]:
    """Known words within which a word stands, and means something else."""
    listed = (told for told in vars(languages).values() if isinstance(told, frozenset))
    return tuple({other for told in listed for other in told if word in other and word != other})


def numbers(name: str) -> list[int]:
    """The numbers in a name, in their order; a month by its name is one.

    >>> numbers("2025-01"), numbers("sales_dec_2025"), numbers("day_30"), numbers("marks")
    ([2025, 1], [12, 2025], [30], [])
    """
    short = {MONTHS[i : i + 3]: i // 3 + 1 for i in range(0, len(MONTHS), 3)}
    found = [int(token) if token.isdecimal() else short.get(token, 0) for token in tokens(name)]
    return [number for number, token in zip(found, tokens(name), strict=True) if number or token.isdecimal()]


def touches(name: str, words: Collection[str]) -> bool:
    """Whether a name holds one of the words, or is made of them without a gap.

    >>> touches("userid", {"user"} | {"id"}), touches("group", {"group"}), touches("grouping", {"group"})
    (True, True, False)
    """
    found = _tokens(name)
    if any(is_said(token, words) for token in found):
        return True
    joined, (alone, *_) = "".join(found), _sorted(frozenset(words))
    return joined in alone or any(joined[:i] in alone and joined[i:] in alone for i in range(1, len(joined)))


def span_of(name: str) -> str:
    """What a length of time is counted in where its name says it, and it is not seconds; '' for any other name.

    >>> [span_of(n) for n in ("time_days", "duration_weeks", "Dauer in Stunden", "time_ms", "days_to_payment", "time_on_site_sec", "active_days")]
    ['days', 'weeks', 'hours', 'milliseconds', 'days', '', '']
    """
    found = tokens(name)
    spans = [span for span, told in languages.SPANS.items() if any(is_said(token, told) for token in found)]
    timed = any(is_said(token, SECONDS | LENGTHS | SLOW) or token in UNTIL for token in found)
    return spans[0] if len(spans) == 1 and timed else ""


def is_phone(name: str) -> bool:
    """Whether a name is that of a telephone's number.

    >>> is_phone("contact_number"), is_phone("mobile_no"), is_phone("contact_id"), is_phone("member_no")
    (True, True, False, False)
    """
    found = set(tokens(name))
    numbered = bool(found & {"number", "no", "nr", "nummer", "num"})
    return bool(found & {"phone", "tel", "telephone", "telefon", "msisdn"}) or (
        numbered and bool(found & {"contact", "mobile", "cell"})
    )


def names_a_unit(name: str) -> int:
    """How surely a name is that of a unit's id: 3 ``user_id``, 2 ``visitor``, 1 ``id``, 0 anything else.

    >>> [names_a_unit(n) for n in ("userid", "customerID", "user_pseudo_id", "visitor", "id", "user_session_id", "user_age")]
    [3, 3, 2, 2, 1, 0, 0]
    >>> [names_a_unit(n) for n in ("id_cliente", "Kundennummer", "会員番号", "пользователь_id", "patient", "visitor_type")]
    [3, 3, 3, 3, 2, 0]
    """
    found = tokens(name)
    joined = "".join(found)
    who, key = [is_said(t, UNIT) for t in found], [is_said(t, KEY) for t in found]
    if is_phone(name):
        return 0
    if found and all(w or k for w, k in zip(who, key, strict=True)) and any(who) and any(key):
        return 3
    if any(joined[:i] in _UNIT_ALONE and joined[i:] in KEY for i in range(1, len(joined))):
        return 3
    between = bool(found) and ((who[0] and key[-1]) or (key[0] and who[-1]))  # user_pseudo_id
    another = {*SESSION, *PRODUCT, *ORDER, "event"}
    if joined == "who" or joined == "uid" or (len(found) == 1 and who[0]) or (between and not another & set(found)):
        return 2
    return 1 if joined in KEY else 0


_UNIT_ALONE = _sorted(UNIT)[0] | {word[:-1] for word in UNIT if word.endswith("*")}


def slug(name: str, taken: Collection[str] = frozenset()) -> str:
    """A name as a study file has it: small letters, digits and ``_``, not one of ``taken``.

    >>> slug("Mens E-Mail"), slug("2nd visit"), slug("visit", {"visit"}), slug("日本"), slug("exp_2024Q2"), slug("Day7Retention")
    ('mens_e_mail', 'x_2nd_visit', 'visit_2', 'x', 'exp_2024q2', 'day7_retention')
    """
    made = re.sub(r"[^a-z0-9]+", "_", " ".join(_together(name)) if not name.islower() else name.lower()).strip("_")
    made = made if made[:1].isalpha() else f"x_{made}".rstrip("_")
    made, number = made[:60].rstrip("_"), 2
    base = made
    while made in taken:
        made, number = f"{base}_{number}", number + 1
    return made


def slug_of_column(name: str, reserved: Collection[str], others: Collection[str] = frozenset()) -> str:
    """The name of a column; one that is ``reserved`` is called a column, while one of two of a name gets a number.

    >>> slug_of_column("kind", {"kind"}), slug_of_column("Plan", {"kind"}, {"plan"}), slug_of_column("plan", {"kind"})
    ('kind_column', 'plan_2', 'plan')
    """
    return slug(f"{name} column" if slug(name) in reserved else name, {*reserved, *others})


def _together(name: str) -> list[str]:
    """The words of a name in small letters, digits with the letters beside them, as in 2024Q2."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.findall(r"[^\W_]+", "".join(map(_plain, parted.casefold())).translate(_LATIN))


_CODES = frozenset("usd eur gbp chf jpy cny inr cad aud sek nok dkk pln czk brl".split())  # noqa: SIM905
_NOT_SHOWN = re.compile(r"[^\w\s()%+/.,-]+|_+")
"""Signs of a name that a label does not show."""


def label(name: str) -> str:
    """A name for people, in the file's own spelling.

    >>> label("sum_gamerounds"), label("Brief C (mit Foto)"), label("exp_2024Q2"), label("amount_usd")
    ('Sum gamerounds', 'Brief C (mit Foto)', 'Exp 2024Q2', 'Amount USD')
    """
    words_of = [w.upper() if w in _CODES else w for w in _NOT_SHOWN.sub(" ", name).split() if re.search(r"\w", w)]
    made = " ".join(words_of).strip(" -.,/+")
    return (made[:1].upper() + made[1:]) or "Column"


def printable(text: str) -> str:
    """Text of a file as it may stand in a comment or on a terminal: one line, no control signs, not too long."""
    clean = uncontrolled(text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def uncontrolled(text: str) -> str:
    """Text of a file on one line and without control signs, however long it is."""
    return "".join(sign if sign.isprintable() else "?" for sign in logged(text))
