"""The pure kernel: events in, decisions out. Nothing here reads a clock, a file or a socket."""
