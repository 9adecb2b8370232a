"""Programmes: what stands around single experiments, told by the notebooks from 08 on."""

from helpers.programme.model import Attribution, Beyond, Live, Prediction, Programme, Segments, World
from helpers.programme.reading import load, opened

__all__ = ["Attribution", "Beyond", "Live", "Prediction", "Programme", "Segments", "World", "load", "opened"]
