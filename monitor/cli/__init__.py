"""The command line: one module per group of commands. Heavy libraries load inside the commands."""
