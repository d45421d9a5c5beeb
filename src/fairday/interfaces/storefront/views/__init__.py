"""What each page shows, as frozen Structs. Words come from the catalogue; nothing is decided here."""
