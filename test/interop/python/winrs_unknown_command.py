"""Names commands and shells that do not exist."""

import uuid

import conn


def main():
    protocol = conn.protocol()
    shell = protocol.open_shell()
    nobody = str(uuid.uuid4()).upper()
    codes = {
        "Receive": conn.code_of(protocol.get_command_output, shell, nobody),
        "Send": conn.code_of(protocol.send_command_input, shell, nobody, "x"),
        "Signal": conn.code_of(protocol.cleanup_command, shell, nobody),
        "Command": conn.code_of(protocol.run_command, nobody, "true"),
    }
    protocol.close_shell(shell, close_session=False)
    codes["Delete"] = conn.code_of(protocol.close_shell, shell)
    return {"codes": codes}


conn.run(main)
