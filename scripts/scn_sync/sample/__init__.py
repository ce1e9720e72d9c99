"""The sample mailbox: what arrives at the foundation's address in one autumn, and what must be read from it.

All persons and addresses are invented; addresses use reserved names only. ``make_sample`` writes ``sample.mbox``.
``expected.json`` is written by hand: it says what a careful human would read, not what the parser happens to read.
"""
