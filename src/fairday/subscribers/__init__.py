"""Those who hear events. They may lag, hear twice, and be rebuilt; nothing that sells waits for them."""
