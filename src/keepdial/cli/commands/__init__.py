"""Commands that are no operations. One command is one file with a ``COMMAND`` constant."""
