"""Asks for the metadata of commands."""

import conn
import psrp


def main(names):
    with psrp.new_pool() as pool:
        return {"names": [command.name for command in pool.get_command_metadata(names)]}


conn.run(main)
