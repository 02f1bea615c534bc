"""A listing of each kind for the conformance suite, found by the platform's name."""

from __future__ import annotations

from refloat.testing.platform_conformance import SECRET, Sample

SAMPLES = {
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
            '{"id":"k1","source":{"host":"web1","userName":"root","path":"/srv/x"},'
            '"startTime":"2026-02-28T02:00:00Z"},\n'
            '{"id":"k5","source":{"host":"web1","path":"/srv/x"},"startTime":"yesterday"}]\n'
        ).encode(),
        points=frozenset({("root@web1:/srv/x", "k1"), ("root@web1:/srv/x", "k2")}),
        refuses=("snapshot 3", "snapshot 4", "snapshot 5"),
        empty=b"[]\n",
    ),
}
