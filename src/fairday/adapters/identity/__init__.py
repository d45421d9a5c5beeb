"""Who is this, by technology: `local:` keeps argon2id hashes in the shop's own database."""
