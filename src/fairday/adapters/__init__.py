"""One folder a port, one file a technology. Nothing outside `bootstrap` knows which is in use."""
