"""Write the commented start of a plan, never over anything that is there."""

from __future__ import annotations

import os
from pathlib import Path

from refloat.app.workspace import DEFAULT_PLAN
from refloat.host import files
from refloat.model.errors import NotAllowed, StateProblem

PLAN_MODE = 0o644
"""A plan is for everybody who recovers, and holds no secret."""

START = """\
## The recovery plan: what this organisation needs to come back, and who says so.
## It is right as it stands: 'refloat plan check' says so. Replace what is in it by what is true.
## Lines that begin with one '#' are examples: take the '#' away where you need them.
## docs/reference/plan.md explains every key.

organisation: Our organisation
# sites: [high-street]

## Who has a part in recovery. 'phone' is a number that works when the systems do not.
people:
  alex:
    name: Alex Example
    roles: [business owner]
    # phone: "+61 491 570 006"
    # deputy: kim
  kim:
    name: Kim Example
    roles: [technical owner]

## Who may do what when it matters.
# authority:
#   declare: [alex, kim]
#   decide: [alex]
#   lead: [kim, alex]
#   communicate: alex
#   administer_backups: [kim]
#   request_restores: [alex]
#   approve_restores: [kim]
#   facilitate_exercises: alex

## Where updates are published; the first is the usual one. 'needs' names what it rests on itself.
# channels:
#   phone-list: {name: Calls from private phones}
# communications:
#   customer: {approver: alex, deputy: kim, template: outage.txt}
# facilities_not_needed: Everybody can work from home.

## Where instructions can be read when the systems are away.
# documents:
#   instructions:
#     content: [recovery instructions, contacts]
#     locations: [A folder in the safe]

## Outsiders whom recovery needs.
# vendors:
#   line-company:
#     name: Line Company
#     contact: "1800 975 700"
#     hours: 24x7
#     contract_end: 2027-12-31

## Where copies are kept. With 'engine', Refloat writes them; secrets are references, never here.
# repositories:
#   cupboard:
#     engine: restic
#     location: /srv/backup
#     password: file:secrets/backup-password
#     failure_domain: server room
#     authentication_domain: backup account
#     key_kept: a sealed envelope in the safe
#   far-away:
#     name: The provider's store
#     failure_domain: another town
#     authentication_domain: the provider's account
#     lock: {mode: compliance, period: 35 days}

## Backup tools of others, which Refloat watches.
# platforms:
#   backup-server: {name: The backup server, sign_in: local accounts, administrator: kim}

## What holds for all services of a tier that say nothing else.
tiers:
  1:
    objectives: {rpo: {target: 1 h, approver: alex}, rto: {target: 4 h, approver: alex}}

## The business services: what people and customers would miss.
services:
  orders:
    name: Taking orders
    processes: [Customers order]
    owner: alex
    technical_owner: kim
    tier: 1
    needs: [orders-data]
    # workarounds:
    #   paper list:
    #     how: Orders are written down, and typed in afterwards.
    #     usable_for: 1 day
    #     approved_by: alex

## What the services need. 'refloat assess' names everything that nothing copies yet.
components:
  orders-data:
    kind: files
    owner: kim
    # retention: {target: 35 days, approver: alex}
    ## Either Refloat backs it up ...
    # protect:
    #   files: orders
    #   repository: cupboard
    #   every: 1 h
    ## ... or somebody else's tool does, and Refloat watches:
    # watch: {platform: backup-server, copies: [far-away], every: 1 h, kept_for: 35 days}

## What is left out on purpose, until when, and who agreed.
# exclusions:
#   - what: Kiosk computers
#     reason: They are rebuilt from an image.
#     approved_by: alex
#     until: 2027-06-30
"""
"""A plan that is right as it stands; '##' begins an explanation, '#' an example."""


def initialise(target: Path) -> Path:
    """Write the start of a plan.

    Args:
        target: the file, if its name ends in ``.yaml`` or ``.yml``; otherwise the folder that
            ``refloat.yaml`` goes into, made if it is not there.

    Returns:
        The file.

    Raises:
        NotAllowed: if the file is there already; it is not touched.
        StateProblem: if it cannot be written.
    """
    is_file = target.suffix in (".yaml", ".yml") and not target.is_dir()
    path = target if is_file else target / DEFAULT_PLAN
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PLAN_MODE)
        with os.fdopen(handle, "wb") as stream:
            stream.write(START.encode())
            stream.flush()
            os.fsync(stream.fileno())
        files.sync_folder(path.parent)
    except FileExistsError as error:
        raise NotAllowed(
            f"{error.filename or path} is there already, and nothing was written",
            hint="refloat plan check says what is in it. Name another file to begin anew.",
        ) from error
    except OSError as error:
        raise StateProblem(f"{path} cannot be written: {error.strerror}") from error
    return path
