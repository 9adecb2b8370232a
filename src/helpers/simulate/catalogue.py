"""What stands still in the shop: products, cities, campaigns, coupons; made once, by faker."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa
from faker import Faker
from numpy.typing import NDArray

from helpers.simulate.world import World

CENTS = 100
MAKERS = 400


@dataclass(frozen=True)
class Catalogue:
    """Products in order of price, and the names that sessions carry.

    ``price`` is in cents; ``category`` indexes ``categories``. ``reach`` holds, for each product,
    the standard normal quantile of its cumulated popularity: a normal draw looked up in it picks a
    product with the right popularity, and a high draw picks a dear one. ``city_start[i]`` is the
    first of ``cities`` in country ``i``; ``campaign_start`` the same for channels.
    """

    names: list[str]
    price: NDArray[np.int64]
    category: NDArray[np.int8]
    categories: list[str]
    reach: NDArray[np.float64]
    cities: list[str]
    city_start: NDArray[np.int64]
    campaigns: list[str]
    campaign_start: NDArray[np.int64]
    coupons: list[str]

    @property
    def product_ids(self) -> list[str]:
        return [f"p{i:05d}" for i in range(len(self.names))]

    def pick(self, draw: NDArray[np.float64]) -> NDArray[np.int16]:
        """Products for standard normal draws: higher draws, dearer products."""
        return np.searchsorted(self.reach, draw).astype(np.int16)

    def table(self) -> pa.Table:
        """One row per product; price in integer cents."""
        return pa.table(
            {
                "product_id": self.product_ids,
                "name": self.names,
                "category": [self.categories[i] for i in self.category],
                "price": pa.array(self.price),
            }
        )


def make_catalogue(world: World, rng: np.random.Generator) -> Catalogue:
    """Draw the catalogue of ``world``: prices are lognormal around each category's level."""
    n = world.products
    names, shares, levels, nouns = zip(*world.categories, strict=True)
    category = rng.choice(len(names), size=n, p=np.array(shares) / sum(shares))
    log_price = np.log(np.array(levels))[category] + rng.normal(0, world.price_spread, n)
    price = np.maximum(world.median_price * np.exp(log_price), world.cheapest_price)
    order = np.argsort(price, kind="stable")
    popularity = np.exp(rng.normal(0, world.popularity_spread, n))
    share_below = np.cumsum(popularity)[:-1] / popularity.sum()

    fake = Faker("en_US")
    fake.seed_instance(int(rng.integers(2**32)))
    makers = fake.random_choices([fake.last_name() for _ in range(MAKERS)], length=n)
    noun = rng.random(n)
    sold = [nouns[c][int(u * len(nouns[c]))] for c, u in zip(category, noun, strict=True)]
    city_lists = [_cities(c.locale, c.cities, rng) for c in world.countries]
    campaign_lists = [
        [f"{channel.name}_{word}" for word in _words(fake, world.campaigns_per_channel)]
        if channel.name in world.campaign_channels
        else []
        for channel in world.channels
    ]
    return Catalogue(
        names=[f"{makers[i]} {sold[i]}" for i in order],
        price=np.rint(price[order] * CENTS).astype(np.int64),
        category=category[order].astype(np.int8),
        categories=list(names),
        reach=np.array([NormalDist().inv_cdf(p) for p in share_below]),
        cities=[city for cities in city_lists for city in cities],
        city_start=_starts(city_lists),
        campaigns=[name for campaigns in campaign_lists for name in campaigns],
        campaign_start=_starts(campaign_lists),
        coupons=[f"{word.upper()}{rng.integers(1, 5) * 5}" for word in _words(fake, world.coupons)],
    )


def _words(fake: Faker, count: int) -> list[str]:
    return [str(fake.unique.color_name()).lower() for _ in range(count)]


def _cities(locale: str, count: int, rng: np.random.Generator) -> list[str]:
    fake = Faker(locale)
    fake.seed_instance(int(rng.integers(2**32)))
    return [fake.unique.city() for _ in range(count)]


def _starts(lists: list[list[str]]) -> NDArray[np.int64]:
    """Where each list begins in their concatenation, and where the last one ends."""
    return np.cumsum([0, *(len(items) for items in lists)])
