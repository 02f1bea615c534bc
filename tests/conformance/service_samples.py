"""Saved answers of platforms that are asked themselves, for the conformance suite."""

from __future__ import annotations

from pathlib import Path

from refloat.testing.platform_conformance import Sample

_FILES = Path(__file__).parents[1] / "unit" / "platforms" / "samples"

SAMPLES = {
    "aws_backup": Sample(
        content=(_FILES / "aws-backup.json").read_bytes(),
        points=frozenset(
            {
                (
                    "arn:aws:rds:ap-southeast-2:111122223333:db:clinic",
                    "arn:aws:rds:ap-southeast-2:111122223333:snapshot:awsbackup:job-1",
                ),
                (
                    "arn:aws:s3:::clinic-scans",
                    "arn:aws:backup:ap-southeast-2:111122223333:recovery-point:s3-1",
                ),
            }
        ),
        refuses=("recovery point 3", "recovery point 4", "recovery point 5"),
        empty=b'{"RecoveryPoints": []}\n',
    ),
    "veeam": Sample(
        content=(_FILES / "veeam.json").read_bytes(),
        points=frozenset(
            {
                ("clin-app01", "66666666-0000-0000-0000-000000000001"),
                ("clin-db01", "66666666-0000-0000-0000-000000000002"),
            }
        ),
        refuses=("restore point 3", "restore point 4"),
        empty=b'{"restorePoints": {"data": [], "pagination": {"total": 0}}}\n',
    ),
}
