"""Opens a shell with environment, working directory and code page, and runs commands in it."""

import conn


def main(commands, **options):
    protocol = conn.protocol()
    shell = protocol.open_shell(**options)
    results = []
    for command in commands:
        command_id = protocol.run_command(shell, command)
        stdout, stderr, exit_code = protocol.get_command_output(shell, command_id)
        protocol.cleanup_command(shell, command_id)
        results.append({"stdout": stdout.decode(), "stderr": stderr.decode(), "exitCode": exit_code})
    protocol.close_shell(shell)
    return {"results": results}


conn.run(main)
