"""Opens a pool, says its id and stays attached until a word comes on standard input."""

import conn
import psrp


def main():
    with psrp.new_pool() as pool:
        conn.emit({"shellId": pool.id})
        conn.wait_for_word()
        return {"after": psrp.invoke(pool, "'still attached'")}


conn.run(main)
