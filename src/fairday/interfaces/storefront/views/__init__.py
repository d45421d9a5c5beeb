"""What each page shows, as frozen Structs. Words come from the catalogue in the template; nothing here is decided or fetched."""
