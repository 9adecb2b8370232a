"""Diagrams that show a study's own artefacts: how it was tested, what its data went through, credit, prediction."""
