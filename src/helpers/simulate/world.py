"""The simulated shop's constants: who comes, how often, what they buy. All invented, all here."""

from dataclasses import dataclass

NEW, RETURNING = 0, 1
VISITOR_TYPES = ("new", "returning")


@dataclass(frozen=True)
class Trait:
    """One value of an attribute: how common it is and what it does.

    ``new`` and ``returning`` are relative frequencies among users or sessions of that type;
    ``cart`` and ``purchase`` are shifts of the log-odds of a cart and of a purchase after it.
    """

    name: str
    new: float
    returning: float
    cart: float = 0.0
    purchase: float = 0.0


@dataclass(frozen=True)
class Country(Trait):
    """A country: ``locale`` names faker's cities, ``cities`` counts them."""

    locale: str = "en_US"
    cities: int = 20


@dataclass(frozen=True)
class World:
    """Parameters of the shop. Rates are per user, spreads are standard deviations, times are UTC.

    Users are new (first seen on some day of the log) or returning (known from its first day on).
    A returning user has three lasting traits that make past spend predict future spend: activity
    (sessions a day), appetite (log-odds of a purchase) and taste (which price level is looked at).
    """

    # Who comes, how often
    returning_share: float = 0.32
    returning_sessions_per_day: float = 0.095  # mean over returning users
    returning_activity_shape: float = 0.50  # gamma shape: the smaller, the more unequal
    new_extra_sessions: float = 0.5  # mean number of sessions after the first one
    new_activity_shape: float = 1.0
    new_comeback_days: float = 7.0  # mean time from a new user's first to a later session
    home_device_share: float = 0.85  # sessions on the user's usual device

    # What happens in a session
    extra_views: float = 1.5  # mean number of views after the first one (geometric)
    most_views: int = 40
    shortest_pause: float = 1.0  # seconds between two events, at least
    typical_pause: float = 30.0  # seconds, median of what comes on top
    pause_spread: float = 1.0  # of log seconds
    cart_log_odds: tuple[float, float] = (-0.60, -0.40)  # per session, by NEW, RETURNING
    purchase_log_odds: tuple[float, float] = (-0.95, -1.00)  # per cart, by NEW, RETURNING
    appetite_spread: float = 1.1  # of a returning user's log-odds of a purchase
    purchase_delay_minutes: float = 10.0  # median time from cart to purchase
    purchase_delay_spread: float = 2.0  # of log minutes: one in 160 takes more than a day
    shortest_purchase_seconds: float = 20.0
    session_pause_minutes: float = 30.0  # a purchase later than this opens a session of its own
    coupon_share: float = 0.12  # of purchases

    # What is sold
    products: int = 4_000  # at most 16,000: codes have 16 bits
    median_price: float = 45.0  # currency units
    price_spread: float = 0.9  # of log price: heavy-tailed, mean = 1.5 times the median
    cheapest_price: float = 1.0
    popularity_spread: float = 0.8  # of log popularity of a product
    taste_share: float = 0.80  # of the variance of log price that a returning user's taste explains

    # When
    hours: tuple[float, ...] = (
        *(0.30, 0.20, 0.14, 0.12, 0.14, 0.25, 0.50, 0.80, 1.00, 1.10, 1.15, 1.20),
        *(1.30, 1.25, 1.15, 1.10, 1.15, 1.30, 1.55, 1.80, 1.90, 1.70, 1.20, 0.70),
    )  # relative intensity by hour of the day
    weekdays: tuple[float, ...] = (1.05, 1.00, 0.98, 0.97, 0.92, 0.95, 1.13)  # Monday first

    # When the warehouse hears of an event
    ingestion_seconds: float = 2.0  # median
    ingestion_spread: float = 0.8  # of log seconds

    devices: tuple[Trait, ...] = (
        Trait("mobile", 0.62, 0.50, cart=-0.08, purchase=-0.11),
        Trait("desktop", 0.31, 0.43, cart=0.08, purchase=0.11),
        Trait("tablet", 0.07, 0.07, purchase=0.05),
    )
    channels: tuple[Trait, ...] = (
        Trait("search", 0.36, 0.24),
        Trait("direct", 0.14, 0.34, cart=0.05, purchase=0.10),
        Trait("email", 0.05, 0.22, cart=0.10, purchase=0.10),
        Trait("social", 0.22, 0.09, cart=-0.15, purchase=-0.15),
        Trait("paid", 0.23, 0.11, cart=-0.05, purchase=-0.08),
    )
    campaign_channels: tuple[str, ...] = ("email", "social", "paid")
    campaigns_per_channel: int = 4
    coupons: int = 6
    countries: tuple[Country, ...] = (
        Country("DE", 0.300, 0.310, purchase=0.08, locale="de_DE", cities=40),
        Country("GB", 0.230, 0.240, locale="en_GB", cities=35),
        Country("FR", 0.180, 0.170, purchase=-0.04, locale="fr_FR", cities=30),
        Country("NL", 0.120, 0.120, purchase=0.10, locale="nl_NL", cities=20),
        Country("ES", 0.100, 0.090, purchase=-0.10, locale="es_ES", cities=20),
        Country("PL", 0.065, 0.065, purchase=-0.06, locale="pl_PL", cities=20),
        Country("SI", 0.003, 0.003, locale="sl_SI", cities=5),
        Country("EE", 0.002, 0.002, locale="et_EE", cities=5),
    )
    # Category, its share of the products, its price level relative to the median, what it sells
    categories: tuple[tuple[str, float, float, tuple[str, ...]], ...] = (
        ("kitchen", 0.20, 0.90, ("kettle", "pan", "knife", "bowl", "grinder")),
        ("lighting", 0.12, 1.10, ("lamp", "lantern", "spotlight", "pendant")),
        ("textiles", 0.18, 0.80, ("blanket", "cushion", "towel", "curtain", "rug")),
        ("furniture", 0.10, 1.70, ("chair", "table", "shelf", "stool", "bench")),
        ("garden", 0.12, 1.00, ("planter", "hose", "parasol", "trowel")),
        ("stationery", 0.14, 0.75, ("notebook", "pen", "planner", "folder")),
        ("travel", 0.14, 1.25, ("suitcase", "backpack", "flask", "pouch")),
    )


@dataclass(frozen=True)
class DirtShape:
    """How planted dirt looks; how much of it there is stands in the study file."""

    late_hours: tuple[float, float] = (2.0, 72.0)  # a late duplicate's extra ingestion time
    offsets_minutes: tuple[int, ...] = (120, -300, 330, -210, 540)
    unplanned_names: tuple[str, ...] = ("wishlist_add", "veiw", "add_to_cart")
    unplanned_after_ms: int = 400  # after the view that it follows
    not_prices: tuple[str, ...] = ("n/a", "free", "NaN")
    not_times: tuple[str, ...] = ("not-a-date", "")
    early_seconds: tuple[float, float] = (30.0, 90.0)  # an impossible purchase before its cart
    bot_excess: tuple[float, float] = (1.2, 3.0)  # times the limit: fewest, about the most
    bot_hours: tuple[float, float] = (3.0, 12.0)  # length of a crawl


SHOP = World()
DIRT = DirtShape()
