"""A listing of each kind for the conformance suite, found by the platform's name."""

from __future__ import annotations

import service_samples

from refloat.testing.platform_conformance import SECRET, Sample

SAMPLES = {
    **service_samples.SAMPLES,
    "kopia": Sample(
        content=(
            '[{"id":"k1","source":{"host":"web1","userName":"root","path":"/srv/x"},'
            f'"description":"{SECRET}","startTime":"2026-02-27T02:00:00.123456789Z",'
            '"endTime":"2026-02-27T02:03:00.5Z","stats":{"totalSize":10,"errorCount":0},'
            '"rootEntry":{"name":"x","type":"d","summ":{"size":10,"files":2,"numFailed":0}},'
            f'"retentionReason":["latest-1"],"tags":{{"tag:token":"{SECRET}"}},"pins":[]}},\n'
            '{"id":"k2","source":{"host":"web1","userName":"root","path":"/srv/x"},'
            '"startTime":"2026-02-28T02:00:00Z","endTime":"2026-02-28T02:00:09Z",'
            f'"incomplete":"checkpoint","tags":{{"password":"{SECRET}"}}}},\n'
            '{"id":"k3","source":{"host":"web1","userName":"root",'
            f'"path":"/srv/password={SECRET}"}},"startTime":"2026-02-28T02:00:00Z"}},\n'
            '{"id":"k4","source":{"host":"web1","userName":"root","path":"/srv/x"},'
            '"startTime":"2026-02-27T02:00:00.123456789Z"},\n'
            '{"id":"k5","source":{"host":"web1","path":"/srv/x"},"startTime":"yesterday"}]\n'
        ).encode(),
        points=frozenset(
            {
                ("root@web1:/srv/x", "root@web1:/srv/x/2026-02-27T02:00:00.123456789Z"),
                ("root@web1:/srv/x", "k2"),
            }
        ),
        refuses=("snapshot 3", "snapshot 4", "snapshot 5"),
        empty=b"[]\n",
    ),
    "restic": Sample(
        content=(
            '[{"time":"2026-02-27T13:00:00.123456789+11:00","tree":"a1","paths":["/srv/x","/etc"],'
            '"hostname":"web1","username":"root","uid":0,"gid":0,'
            f'"excludes":["{SECRET}"],"tags":["token={SECRET}"],"program_version":"restic 0.18.0",'
            '"summary":{"backup_start":"2026-02-27T13:00:00.123456789+11:00",'
            '"backup_end":"2026-02-27T13:04:00.5+11:00","files_new":3,'
            '"total_bytes_processed":2048},"id":"r1","short_id":"r1"},\n'
            '{"time":"2026-02-28T13:00:00+11:00","paths":["/srv/x"],"hostname":"web1","id":"r2"},\n'
            f'{{"time":"2026-02-28T13:00:00Z","paths":["https://a:{SECRET}@db/"],"id":"r3"}},\n'
            '{"time":"2026-02-28T13:00:00","paths":["/srv/x"],"hostname":"web1","id":"r4"},\n'
            '{"time":"2026-02-28T13:00:00Z","paths":[],"hostname":"web1","id":"r5"},\n'
            '{"time":7,"paths":["/srv/x"],"hostname":"web1","id":"r6"}]\n'
        ).encode(),
        points=frozenset({("web1:/srv/x,/etc", "r1"), ("web1:/srv/x", "r2")}),
        refuses=("snapshot 3", "snapshot 4", "snapshot 5", "snapshot 6"),
        empty=b"null\n",
    ),
    "borg": Sample(
        content=(
            '{"archives":[{"archive":"web1-a","barchive":"web1-a","id":"b1","name":"web1-a",'
            '"start":"2026-02-27T02:00:00.000000","time":"2026-02-27T02:00:00.000000",'
            '"end":"2026-02-27T02:09:00.000000","duration":540.0,"username":"root",'
            f'"command_line":["borg","create","{SECRET}"],"comment":"{SECRET}",'
            '"stats":{"original_size":4096,"nfiles":2}},\n'
            '{"id":"b2","name":"web1-b.checkpoint","start":"2026-02-28T02:00:00"},\n'
            f'{{"id":"b3","name":"password={SECRET}","start":"2026-02-28T02:00:00"}},\n'
            '{"id":"b4","name":"web1-c","start":"2025-10-05T02:30:00"}],\n'
            '"encryption":{"mode":"repokey-blake2"},"repository":{"id":"77",'
            f'"last_modified":"2026-02-28T02:00:00","location":"ssh://u:{SECRET}@nas/r"}}}}\n'
        ).encode(),
        points=frozenset({("web1-a", "b1"), ("web1-b.checkpoint", "b2")}),
        refuses=("archive 3", "archive 4"),
        empty=b'{"archives":[],"encryption":{"mode":"none"},"repository":{"location":"/r"}}',
        options={"timezone": "Australia/Melbourne"},
    ),
    "proxmox_backup": Sample(
        content=(
            '{"data":[{"backup-type":"vm","backup-id":"100","backup-time":1772157600,'
            f'"owner":"backup@pbs!token={SECRET}","comment":"{SECRET}","protected":false,'
            '"files":[{"filename":"index.json.blob","crypt-mode":"sign-only","size":500},'
            '{"filename":"drive-scsi0.img.fidx","crypt-mode":"encrypt","size":4096}],'
            '"fingerprint":"aa:bb","size":4596,"verification":{"state":"ok","upid":'
            '"UPID:pbs:000003E8:00000457:00000003:69A0F5E0:verify:store:root@pam:"}},\n'
            '{"backup-type":"ct","backup-id":"101","backup-time":1772157600,'
            '"files":["root.pxar.didx"]},\n'
            f'{{"backup-type":"host","backup-id":"api_key={SECRET}","backup-time":1772157600}},\n'
            '{"backup-type":"vm","backup-id":"100","backup-time":1772157600,"files":[]},\n'
            '{"backup-type":"vm","backup-id":"102","backup-time":99999999999999999}]}\n'
        ).encode(),
        points=frozenset(
            {
                ("vm/100", "vm/100/2026-02-27T02:00:00Z"),
                ("ct/101", "ct/101/2026-02-27T02:00:00Z"),
            }
        ),
        refuses=("snapshot 3", "snapshot 4", "snapshot 5"),
        empty=b'{"data":[]}',
    ),
    "velero": Sample(
        content=(
            '{"apiVersion":"v1","kind":"List","items":[\n'
            '{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"d1",'
            '"namespace":"velero","labels":{"velero.io/schedule-name":"daily"},'
            f'"annotations":{{"note":"{SECRET}"}}}},"spec":{{"includedNamespaces":["shop","crm"],'
            '"storageLocation":"default","ttl":"720h0m0s"},"status":{"phase":"Completed",'
            '"startTimestamp":"2026-02-27T02:00:00Z","completionTimestamp":"2026-02-27T02:05:00Z",'
            '"expiration":"2026-03-29T02:00:00Z"}},\n'
            '{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"d2",'
            '"namespace":"velero"},"spec":{},"status":{"phase":"PartiallyFailed","errors":2,'
            f'"failureReason":"{SECRET}","startTimestamp":"2026-02-28T02:00:00Z"}}}},\n'
            '{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"d3",'
            '"namespace":"velero"},"status":{"phase":"InProgress",'
            '"startTimestamp":"2026-02-28T03:00:00Z"}},\n'
            '{"apiVersion":"velero.io/v1","kind":"Restore","metadata":{"name":"t1",'
            '"namespace":"velero"},"spec":{"backupName":"d1"},"status":{"phase":"Completed",'
            '"startTimestamp":"2026-02-28T04:00:00Z","completionTimestamp":"2026-02-28T04:10:00Z",'
            '"warnings":3}},\n'
            '{"apiVersion":"velero.io/v2","kind":"Backup","metadata":{"name":"d4"}},\n'
            '{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"d5"},'
            f'"spec":{{"includedNamespaces":["token={SECRET}"]}}}}]}}\n'
        ).encode(),
        points=frozenset(
            {("shop", "velero/d1/shop"), ("crm", "velero/d1/crm"), ("*", "velero/d2/*")}
        ),
        refuses=("item 5", "item 6"),
        empty=b'{"apiVersion":"v1","items":[],"kind":"List"}',
    ),
}
