"""After the launch: a frozen baseline, control charts that warn, triggers that roll back, and what each one costs.

Signals and triggers are kept apart. A signal (run rules, CUSUM, EWMA) is cheap, comes early and is often false: it
pauses a ramp for a look. A trigger is written down before the launch and rolls the change back. How often each of
them errs without any change, and how long it takes with one, is simulated on the same code that decides.
"""
