"""Deletes a shell by its id and then asks for it."""

import conn
import psrp


def main(shell_id):
    connection = conn.wsman()
    names = psrp.selectors(shell_id)
    return {
        "delete": conn.code_of(connection.delete, conn.SHELL_URI, selector_set=names),
        "get": conn.code_of(connection.get, conn.SHELL_URI, selector_set=names),
    }


conn.run(main)
