"""Applications of ASGI, asked without a server."""


def client_of(application, **options):
    """Starlette's client for tests of an application."""
    from starlette.testclient import TestClient  # takes a third of a second to import

    return TestClient(application, **options)
