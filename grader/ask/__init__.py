"""A student's code is run and asked here: in this kernel, or in the jail.

`beside` runs with the student's code, `call` asks in a notebook's kernel, `jail` starts the
program `jailed` under bubblewrap. Standard library only.
"""
