"""The page with the map keeps still while it is loaded, in a browser that has been there before."""


def test_nothing_jumps_while_the_map_is_loaded(visitors, link):
    guest = visitors(width=1440)
    shown = guest.page.locator(".pg-head")
    guest.page.goto(link)
    shown.wait_for()
    guest.settle()  # the program's own files are in the browser's cache from now on
    guest.page.reload()
    shown.wait_for()
    guest.settle()
    assert guest.layout_shift() < 0.1
    guest.errors[:] = [error for error in guest.errors if "404 (Not Found)" not in error]
