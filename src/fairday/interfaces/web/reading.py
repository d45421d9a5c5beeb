"""`read`: a handler for GET that answers HEAD as well, as HTTP asks of whoever answers GET."""

from functools import partial

from litestar import HttpMethod, route

read = partial(route, http_method=[HttpMethod.GET, HttpMethod.HEAD])
