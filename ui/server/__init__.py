"""The web server: whom it answers and with what, when it starts, and what it does beside."""
