"""What a person or a program meets: storefront, back office and API. They share `web`, and do not know each other."""
