// Nothing: its precompiled header is what it is for.
