"""Logins of the web app: who asks, what is answered before that is known, whose a file is."""
