"""The page "Who waits": what the server does now, and what waits for it, by owner."""

from ui.jobs.waiting import show_waiting
from ui.session.current import current_session

show_waiting(current_session())
