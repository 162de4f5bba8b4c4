"""The command line: thin, it only wires."""
