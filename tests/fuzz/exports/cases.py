"""One export for each seed: what stands in it, how it is written, and what is true of it."""

import random
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fuzz.exports import formats, shapes
from tests.fuzz.exports.truth import Truth
from tests.fuzz.exports.words import DOMAINS, LANGUAGES, Words

STYLES = ["snake"] * 5 + ["camel", "title", "upper", "kebab", "lower"]
SILENT = 0.1


@dataclass(frozen=True)
class Export:
    """A file, its truth, and what is unusual of it."""

    seed: int
    file: Path
    truth: Truth
    traits: tuple[str, ...]
    columns: tuple[str, ...]
    seen: bool = True


def export(seed: int, folder: Path, *, seen: bool = True, worded: bool = True) -> Export:
    """The export of a seed, with the words that are ``seen`` or with those that are held back.

    Without ``worded`` yes and no are written as 1 and 0, and all else as before.
    """
    rng = random.Random(seed * 2 + seen)
    language = rng.choice(["en"] * 8 + [each for each in LANGUAGES if each != "en"])
    words = Words(rng, language, rng.choice(list(DOMAINS)), seen, rng.choice(STYLES))
    silent, shape = rng.random() < SILENT, rng.choice(shapes.SHAPES)
    world, truth = shapes.table(shape, rng, words, silent and shape not in ("nothing", "several"))
    form = formats.chosen(rng, language, words.truths(), shape)
    form = form if worded else replace(form, truths=None)
    if form.nested:
        world, truth = shapes.nested(rng, world, truth)
    file = formats.written(world, form, rng, folder)
    traits = (
        f"shape {shape}",
        f"language {language}",
        f"arms {len(truth.units)}",
        *form.traits,
        *(["silent control"] if truth.silent else []),
    )
    return Export(seed, file, truth, traits, tuple(world.frame.columns), seen)
