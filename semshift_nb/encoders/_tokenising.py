"""Whose turn it is with a tokenizer.

A fast tokenizer keeps whether it truncates, and where, as a state of its own: every call sets it
and then reads the texts. Two threads at once would read with each other's setting.
"""

import threading

#: Held while a tokenizer is asked; all of them share it, for they use all cores by themselves.
TURN = threading.RLock()
