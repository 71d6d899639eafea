"""The worker beside the web server, and what it is asked for."""
