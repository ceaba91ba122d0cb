"""Whole steps on a virtual clock (see tests.simulation), against a service that lies, breaks and stalls at random.

A script is one such story as data: a scenario with its faults, the inputs, signals, cut connections, clock jumps. It is
made from a seed and a number (`scripts.py`). Whatever happens in it, the invariants of `invariants.py` hold.

    make fuzz                           # 10,000 scripts of a new seed
    make fuzz N=500 SEED=7              # other numbers
    make fuzz SEED=7 ONLY=123           # one script again, with its log

A script that breaks an invariant is made as small as possible and printed as data. `past.py` has the scripts that once
broke an invariant. They run with every test run.
"""
