"""Receives from a slow command with a short operation timeout."""

import conn
from winrm.exceptions import WinRMOperationTimeoutError


def main(command, operation_timeout):
    protocol = conn.protocol(operation_timeout_sec=operation_timeout, read_timeout_sec=operation_timeout + conn.PATIENCE)
    shell = protocol.open_shell()
    command_id = protocol.run_command(shell, command)
    output, timeouts, done, exit_code = b"", 0, False, None
    while not done:
        try:
            stdout, _, exit_code, done = protocol.get_command_output_raw(shell, command_id)
            output += stdout
        except WinRMOperationTimeoutError:
            timeouts += 1
    protocol.cleanup_command(shell, command_id)
    protocol.close_shell(shell)
    return {"stdout": output.decode(), "exitCode": exit_code, "timeouts": timeouts}


conn.run(main)
