"""One experiment, from its marts to its decision: what notebooks 01 to 07 compute."""
