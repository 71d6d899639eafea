"""What a user may do to the file that a session has open, and under which name it is logged."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.access.grant import Grant
from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from ui.session.autosave import Autosave


@dataclass(frozen=True)
class Rights:
    """The rights of a user in one file.

    Attributes:
        grant: what the user may do in the workspace.
        autosave: what the list of analyses has of the file.
        name: of the file; "" where none is open.
    """

    grant: Grant
    autosave: Autosave
    name: str = ""

    def logged_as(self) -> tuple[str, str]:
        """Token and name of the analysis, for the audit log; "" for what it doesn't have."""
        saved = self.autosave.revision
        return (saved.token if saved else "", self.name)

    def refusal(self, detail: str, action: Action = Action.EDIT) -> str:
        """Why the user may not do something to the file; "" where she may, which is logged."""
        token, name = self.logged_as()
        try:
            self.grant.require(action, analysis=token, name=name, detail=detail)
        except InputError as error:
            return str(error)
        return ""
