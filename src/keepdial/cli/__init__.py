"""The command line: ``keepdial OPERATION IMAGE ...``.

``main`` turns every expected failure into one line on stderr and an exit code. Only a defect of ours prints a
traceback.
"""

from __future__ import annotations

import os
import sys

from keepdial.errors import KeepdialError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code (errors.py names them)."""
    import typer

    from keepdial.cli.app import group

    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = group().main(given or ["--help"], prog_name="keepdial", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KeepdialError as error:
        from keepdial.cli.report import failure

        return _fail(given=given, **failure(error))
    except typer.TyperException as error:
        # An option that does not exist or lacks its value: found by the parser, before any of our code.
        said = error.format_message().rstrip(".") + "."
        return _fail(2, "usage_error", said, _where_help_is(error), given)
    except (KeyboardInterrupt, typer.Abort):
        return _fail(130, "cancelled", "Stopped; nothing was written.", "", given)
    except BrokenPipeError:
        # The reader of our output went away (``| head``). Python would complain again while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _where_help_is(error: Exception) -> str:
    path = getattr(getattr(error, "ctx", None), "command_path", "keepdial")
    return f"See {path} --help."


def _fail(exit_code: int, code: str, message: str, hint: str, given: list[str], **more: object) -> int:
    from keepdial.cli.report import line

    sys.stderr.write(f"keepdial: {line(message, hint)}\n")
    if "--json" in given:
        import json

        error = {"code": code, "message": message, "hint": hint, "exit_code": exit_code, **more}
        sys.stdout.write(json.dumps({"error": error}) + "\n")
    return exit_code
