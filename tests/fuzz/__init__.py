"""Whole steps against a service that lies, breaks and stalls at random, in the virtual world (see tests.simulation).

A script is one such story as data: a scenario with its faults, the inputs, signals, cut connections, clock jumps. It is
made from a seed and a number (`scripts.py`), and whatever happens in it, the promises of `invariants.py` hold.

    make fuzz                           # 10,000 scripts of a new seed
    make fuzz N=500 SEED=7              # other numbers
    make fuzz SEED=7 ONLY=123           # one script again, with its log

A script that breaks a promise is made as small as it goes (`shrink.py`) and printed as data; what was once found stands
in `past.py`, and is tried with every test run.
"""
