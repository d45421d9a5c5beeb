"""`fairday bench`: how many orders a second this machine takes, whole and over HTTP, with the books audited after.

`orders` is the command, `run` one measurement, `scratch` the store it is made on, `traffic` what is bought, `load` the
compiled client, `audit` what must be true afterwards.
"""

from fairday.cli.bench.orders import bench

__all__ = ["bench"]
