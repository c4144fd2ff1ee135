"""Gives a pipeline objects of a length until the server refuses."""

import conn
import psrp


def main(configuration, length, count):
    pool = psrp.new_pool(conn.wsman(), configuration_name=configuration)
    pool.open()
    try:
        return {"output": psrp.invoke(pool, "process { }", input=["x" * length] * count)}
    finally:
        pool.close()


conn.run(main)
