"""The command line as people and programs use it: real processes, real files, real stores."""
