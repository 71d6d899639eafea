"""Jobs: the worker processes beside the web server, and the requests to them."""
