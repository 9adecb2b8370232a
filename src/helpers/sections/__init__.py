"""Parts of a notebook that not every study has: shown where the study has them, else a sentence says why not."""
