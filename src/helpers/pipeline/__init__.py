"""Things run once, whole and in order: files written aside, one lock, notebooks, the build graph."""
