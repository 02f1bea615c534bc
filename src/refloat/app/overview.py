"""The assessment as a page for people: judged once, shown with its review and its map."""

from __future__ import annotations

from datetime import datetime

from refloat import assess
from refloat.app.assess import Ground
from refloat.assess.ground.graph import observed_needs, services_needed
from refloat.assess.reviewing.review import review
from refloat.assess.sheets.threats import path_back
from refloat.model.judgement import Assessment
from refloat.report.overview import OverviewInput, overview_page


def overview(found: Ground, instant: datetime) -> tuple[Assessment, bytes]:
    """Judge the whole organisation at an instant; give what is said of it, and the page.

    The same plan, facts and instant give the same bytes.
    """
    judged = assess.judge(found.plan, found.facts, instant)
    page = overview_page(
        OverviewInput(
            plan=found.plan,
            assessment=judged.assessment,
            review=review(judged.organisation, judged.findings),
            needs=services_needed(found.plan),
            seen=observed_needs(found.plan, found.facts, instant),
            ways_back=tuple(
                path_back(judged.organisation, key)
                for key, service in found.plan.services.items()
                if service.tier == 1
            ),
        )
    )
    return judged.assessment, page
