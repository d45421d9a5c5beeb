"""What a person or a program meets: storefront, back office and API. They share `web` and know nothing of each other."""
