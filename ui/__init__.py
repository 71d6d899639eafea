"""The pages of the web app. They draw; what is drawn is computed in :mod:`pipeline`."""
