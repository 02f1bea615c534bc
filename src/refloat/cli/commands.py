"""The commands by name: where each lives, and its one line of help.

The table is here, and not read out of the modules, so that ``refloat --help`` imports none of them.
A test holds it against the modules.
"""

from __future__ import annotations

COMMANDS = {
    "accept": ("accept", "Sign, as the business, that restored data is complete."),
    "assess": ("assess", "Judge the whole organisation: what would come back, and what is wrong."),
    "answers": (
        "answers",
        "Fill the answer sheets of a service: five questions, threats, way back.",
    ),
    "approve": ("approve", "Sign a decision as the business: an objective, a tier, a retention."),
    "backup": ("backup", "Back up, and make recovery points."),
    "canary": ("canary", "Try, on a canary, whether somebody could delete copies."),
    "clean": ("clean", "Remove everything that interrupted runs left behind."),
    "compare": ("compare", "Hold the backup's answers against recovery's, five questions each."),
    "doctor": ("doctor", "Say which engines and sandboxes are present and answering."),
    "drill": ("drill", "Bring a service back in isolation, and prove it."),
    "evidence": ("evidence", "List, show, export and verify the evidence."),
    "facts": ("facts", "Import, list and show what other tools and people have seen."),
    "findings": ("findings", "List what is wrong, and what changed since another instant."),
    "forecast": ("forecast", "Say how long a recovery will take, and what would shorten it."),
    "heartbeat": ("heartbeat", "Write the heartbeat that data loss is measured by."),
    "init": ("init", "Write a commented start of a plan."),
    "kit": ("kit", "Make the offline kit, and record where it lies."),
    "maturity": ("maturity", "Say what an assessor would say of the backups, control by control."),
    "observe": ("observe", "Read what is really there, and say what of it is in no plan."),
    "pack": ("pack", "Write what a provider gives a client: answers, gaps and evidence."),
    "plan": ("plan", "Check the plan; print its schema, fingerprint and recovery order."),
    "points": ("points", "List recovery points, from the repositories themselves."),
    "rebuild": ("rebuild", "Make the index anew from the ledger."),
    "report": ("report", "Write a page for people about a service."),
    "restore": ("restore", "Ask for a restore, approve or refuse it, carry it out."),
    "review": ("review", "Carry out the recovery review in seven steps."),
    "scenario": ("scenario", "Say what would survive a loss, and what would come back."),
    "status": ("status", "Say of each service: is there a copy, and would it come back?"),
    "trace": ("trace", "Walk from each data set to the person who approved its target."),
    "workaround": (
        "workaround",
        "Take out the data that people work with meanwhile; tell its age.",
    ),
    "weakest": ("weakest", "Name the losses, alone or together, that nothing repairs."),
}
