"""Connections to the server under test, and how a script reports its result.

A script takes the server's address and the user from the environment
(WINRMD_SCHEME, WINRMD_PORT, WINRMD_USER, WINRMD_PASSWORD) and its parameters
as one JSON object in its first argument. It prints JSON objects, one a line;
the last one is its result.

The server is at 127.0.0.1, unless WINRMD_HOST names another address.

It logs on with Basic and sends in clear, unless WINRMD_AUTH and
WINRMD_ENCRYPTION name something else; WINRMD_OPTIONS has further options of
the client's connection, as JSON.
"""

import json
import os
import sys
import traceback

import pypsrp.exceptions
import winrm
import winrm.exceptions
from pypsrp.wsman import WSMan
from winrm.protocol import Protocol

HOST = os.environ.get("WINRMD_HOST", "127.0.0.1")

AUTH = os.environ.get("WINRMD_AUTH", "basic")
ENCRYPTION = os.environ.get("WINRMD_ENCRYPTION")
OPTIONS = json.loads(os.environ.get("WINRMD_OPTIONS", "{}"))

SHELL_URI = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
COMMAND_URI = SHELL_URI + "/Command"
CMD_URI = SHELL_URI + "/cmd"

PATIENCE = 60  # seconds that an answer may take beyond an operation's time-out

OPERATION_TIMED_OUT = 0x80338029
CONNECTED_TO_DIFFERENT_CLIENT = 0x803381CD


def wsman(**options):
    """A pypsrp connection; each has a SessionId of its own."""
    https = os.environ["WINRMD_SCHEME"] == "https"
    return WSMan(
        HOST,
        port=int(os.environ["WINRMD_PORT"]),
        ssl=https,
        username=os.environ["WINRMD_USER"] or None,
        password=os.environ["WINRMD_PASSWORD"] or None,
        auth=AUTH,
        encryption=ENCRYPTION or ("auto" if https else "never"),
        cert_validation=False,
        no_proxy=True,
        **{"read_timeout": 20 + PATIENCE, **OPTIONS, **options},
    )


def endpoint():
    """The URL of the server."""
    return f"{os.environ['WINRMD_SCHEME']}://{HOST}:{os.environ['WINRMD_PORT']}/wsman"


def _winrm_options(options):
    return {
        "transport": AUTH,
        "server_cert_validation": "ignore",
        "message_encryption": ENCRYPTION or "never",
        "proxy": None,
        "read_timeout_sec": 20 + PATIENCE,
        **OPTIONS,
        **options,
    }


def protocol(**options):
    """A pywinrm protocol object, for one operation at a time."""
    return Protocol(
        endpoint(),
        username=os.environ["WINRMD_USER"],
        password=os.environ["WINRMD_PASSWORD"],
        **_winrm_options(options),
    )


def session(**options):
    """A pywinrm session, as most of its users make it."""
    user = (os.environ["WINRMD_USER"], os.environ["WINRMD_PASSWORD"])
    return winrm.Session(endpoint(), auth=user, **_winrm_options(options))


def emit(value):
    """Prints one JSON line at once."""
    print(json.dumps(value), flush=True)


def wait_for_word():
    """Waits until the test says something on standard input."""
    sys.stdin.readline()


def fault_code(error):
    """The WSManFault code of an exception of either client, or 0."""
    if isinstance(error, pypsrp.exceptions.WSManFaultError):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, winrm.exceptions.WSManFaultError):
        return error.wsman_fault_code or 0
    if isinstance(error, winrm.exceptions.WinRMOperationTimeoutError):
        return OPERATION_TIMED_OUT
    return 0


def code_of(operation, *arguments, **options):
    """The fault code that an operation ends with, 0 where it succeeds."""
    try:
        operation(*arguments, **options)
    except (pypsrp.exceptions.WSManFaultError, winrm.exceptions.WinRMError) as error:
        return fault_code(error)
    return 0


def run(main):
    """Calls main with the script's parameters and prints what it returns."""
    parameters = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    try:
        result = main(**parameters)
    except Exception as error:  # whatever a client raises is the test's to judge
        traceback.print_exc()
        result = {
            "error": {
                "type": type(error).__name__,
                "code": fault_code(error),
                "text": str(error),
            }
        }
    emit(result)
