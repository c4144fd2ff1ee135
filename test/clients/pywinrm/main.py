"""Runs one command line on a WinRM server with pywinrm.

Flags and output are those of ../masterzen. --auth is basic (the default), ntlm
(without encryption) or sealed.
"""

import argparse
import json
import os
import sys
from base64 import b64encode

from winrm.protocol import Protocol


def run(flags):
    protocol = Protocol(
        flags.url,
        transport="basic" if flags.auth == "basic" else "ntlm",
        username=flags.user,
        password=os.environ[flags.password_env],
        ca_trust_path=flags.ca or "legacy_requests",
        message_encryption="always" if flags.auth == "sealed" else "never",
    )
    line = flags.command
    if flags.powershell:
        encoded = b64encode(flags.powershell.encode("utf-16-le")).decode()
        line = "powershell -EncodedCommand " + encoded
    shell = protocol.open_shell()
    try:
        command = protocol.run_command(shell, line, console_mode_stdin=not flags.stdin)
        if flags.stdin:
            protocol.send_command_input(shell, command, sys.stdin.read(), end=True)
        stdout, stderr, code = protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
    finally:
        protocol.close_shell(shell)
    return {"stdout": stdout.decode(), "stderr": stderr.decode(), "exitCode": code}


parser = argparse.ArgumentParser()
for name in "url", "user", "password-env", "ca", "command", "powershell":
    parser.add_argument("--" + name)
parser.add_argument("--auth", default="basic")
parser.add_argument("--stdin", action="store_true")
try:
    print(json.dumps(run(parser.parse_args())))
except Exception as e:
    print(json.dumps({"error": f"{type(e).__name__}: {e}"}))
    sys.exit(1)
