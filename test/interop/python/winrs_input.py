"""Sends pieces to a command's standard input, the last one with End."""

import conn


def main(command, pieces):
    protocol = conn.protocol()
    shell = protocol.open_shell()
    command_id = protocol.run_command(shell, command)
    for number, piece in enumerate(pieces, start=1):
        protocol.send_command_input(shell, command_id, piece, end=number == len(pieces))
    stdout, stderr, exit_code = protocol.get_command_output(shell, command_id)
    protocol.cleanup_command(shell, command_id)
    protocol.close_shell(shell)
    return {"stdout": stdout.decode(), "stderr": stderr.decode(), "exitCode": exit_code}


conn.run(main)
