"""A student's code is run and asked here: in this kernel, or in the jail.

`kernel` asks in a notebook's kernel; `jail` starts the program `inside_jail` under bubblewrap;
`run` is what both do beside the student's code. Standard library only.
"""
