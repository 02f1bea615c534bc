"""One example line of each kind, as the reference page shows it; the tests read them all."""

from __future__ import annotations

from collections.abc import Mapping

from refloat.model.feed import FeedKind

_START = '"source":{"tool":"backup-server","instance":"bkp01","reader":"export/1"}'
_PERSON = '"source":{"tool":"register","instance":"operations"}'
_AT = '"observed_at":"2026-11-22T09:00:00+11:00"'

EXAMPLES: Mapping[str, str] = {
    FeedKind.RECOVERY_POINT: (
        f'{{"schema":"recovery-feed/1","kind":"recovery_point",{_START},{_AT},'
        '"external_id":"rp-8841","dataset_ref":"clin-db",'
        '"consistency_time":"2026-11-22T02:04:00+11:00","consistency":"application",'
        '"complete":true,"size_bytes":48318382080,"copies":[{"location":"repo-cloud",'
        '"failure_domain":"cloud-sydney","encrypted":true,"key_ref":"offline-kit",'
        '"immutable":{"mode":"compliance","until":"2026-12-27T02:04:00+11:00"}}],'
        '"expires_at":"2026-12-27T02:04:00+11:00",'
        '"integrity":{"kind":"checksum","state":"ok","at":"2026-11-22T02:30:00+11:00"},'
        '"malware":"clean"}'
    ),
    FeedKind.JOB_RUN: (
        f'{{"kind":"job_run",{_START},{_AT},"external_id":"run-5121","job":"clin-db-log",'
        '"dataset_ref":"clin-db","at":"2026-11-19T22:10:00+11:00","status":"success",'
        '"enabled":false}'
    ),
    FeedKind.RESTORE_TEST: (
        f'{{"kind":"restore_test",{_PERSON},{_AT},"external_id":"test-2026-10-24",'
        '"service":"clinical-app","level":"service","result":"passed",'
        '"started_at":"2026-10-24T08:00:00+11:00","own_minutes":75,"confirmed_by":"p-chloe",'
        '"checks":[{"name":"a consultation is opened","passed":true,"proves":"service"}],'
        '"steps":[{"name":"restore the database","seconds":2700}]}'
    ),
    FeedKind.PROTECTION_SCOPE: (
        f'{{"kind":"protection_scope",{_START},{_AT},"selected":["CLIN-DB01","APP02"],'
        '"excluded":[{"what":"KIOSK","why":"rebuilt from image","approved_by":"p-ben",'
        '"until":"2027-03-31T00:00:00+11:00"}],"inventory":["CLIN-DB01","APP02","KIOSK"]}'
    ),
    FeedKind.ACCESS_FACT: (
        f'{{"kind":"access_fact",{_START},{_AT},"principal":"domain-admins",'
        '"principal_kind":"privileged","path":"repo-nas1",'
        '"rights":["list","read_other","modify","delete"],"quality":"good",'
        '"observed_by":"permissions of the share"}'
    ),
    FeedKind.HEARTBEAT: (f'{{"kind":"heartbeat",{_START},{_AT},"expected_interval_seconds":3600}}'),
    FeedKind.DEPENDENCY: (
        f'{{"kind":"dependency",{_START},{_AT},"from":"booking","to":"payments",'
        '"what":"calls it for prepaid appointments"}'
    ),
    FeedKind.CHANGE: (
        f'{{"kind":"change",{_PERSON},{_AT},"external_id":"change-77","subject":"clinical-app",'
        '"at":"2026-10-02T18:00:00+10:00","what":"upgraded to 11.4","category":"application"}'
    ),
    FeedKind.EXERCISE: (
        f'{{"kind":"exercise",{_PERSON},{_AT},"external_id":"ex-2026-10-24",'
        '"what":"full restore of the clinical application","at":"2026-10-24T08:00:00+11:00",'
        '"services":["clinical-app"],"decisions":true,"communications":true,"workarounds":true,'
        '"restored":["clinical-app"],"common_point":true,'
        '"timeline":["08:12 incident declared by p-ben"],'
        '"decided":["divert phones to mobiles (p-imani)"],'
        '"frictions":["nobody knew the customer number for 14 minutes"],'
        '"assumptions":[{"what":"the vendor answers at night","state":"held"}],'
        '"scenario":"ransomware",'
        '"scheduled":true}'
    ),
    FeedKind.ATTESTATION: (
        f'{{"kind":"attestation",{_PERSON},{_AT},"external_id":"kit-2026-09",'
        '"topic":"offline-kit-placed","person":"p-dev","statement":"the kit lies in the safe",'
        '"at":"2026-09-14T10:00:00+10:00","where":"safe at Winchelsea"}'
    ),
    FeedKind.APPROVAL: (
        f'{{"kind":"approval",{_PERSON},{_AT},"external_id":"approval-12","person":"p-chloe",'
        '"service":"clinical-app","measure":"rto","fingerprint":"sha256:3b7f","target_seconds":14400,'
        '"at":"2026-03-12T11:00:00+11:00","basis":"business impact analysis",'
        '"review_at":"2027-03-12T00:00:00+11:00"}'
    ),
    FeedKind.ACTION: (
        f'{{"kind":"action",{_PERSON},{_AT},"external_id":"action-3",'
        '"what":"put customer numbers on the vendor card","owner":"p-dev",'
        '"due":"2026-12-15T17:00:00+11:00","status":"open"}'
    ),
}
