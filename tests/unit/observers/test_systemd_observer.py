"""Units as they stand in their files and as systemctl prints them, and as nobody should."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading, ReadsTogether

SYSTEMD: Observer = registry.adapters("observers")["systemd"]
SHOP = Path(__file__).parent / "samples" / "systemd-shop.txt"


def read(path: Path, content: str) -> Reading:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return SYSTEMD.read(path)


def pairs(reading: Reading) -> list[tuple[str, str, str]]:
    return [(one.component, one.needs, one.what) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_what_systemctl_cat_prints_shows_needs_schedules_and_data() -> None:
    reading = SYSTEMD.read(SHOP)
    assert pairs(reading) == [
        ("shop.service", "", "service"),
        ("shop.service", "postgresql@15-main.service", "Requires"),
        ("shop.service", "network-online.target", "Wants"),
        ("shop.service", "redis.service", "Wants"),
        ("shop.service", "mailer.service", "Wants"),
        ("shop.service", "search.service", "Wants"),
        ("shop.service", "/srv/uploads", "RequiresMountsFor"),
        ("/srv/uploads", "srv-uploads.mount", "lies on"),
        ("shop.service", "/srv/more", "RequiresMountsFor"),
        ("shop.service", "/var/lib/shop", "StateDirectory"),
        ("shop.service", "/var/lib/shop/cache", "StateDirectory"),
        ("shop-backup.timer", "", "timer, starts *-*-* 02:00:00"),
        ("shop-backup.timer", "backup.service", "starts"),
        ("srv-uploads.mount", "", "mount"),
        ("srv-uploads.mount", "nas.example:/export/uploads", "mounts"),
        ("shop.socket", "", "socket"),
        ("shop.socket", "shop.service", "starts"),
    ]
    assert reading.observations[0].owner == "Shop team"
    assert {one.needs or one.component for one in reading.observations if one.holds_data} == {
        "/srv/more",
        "/var/lib/shop",
        "/var/lib/shop/cache",
        "srv-uploads.mount",
        "nas.example:/export/uploads",
    }
    lines = SHOP.read_text(encoding="utf-8").splitlines()
    (refused,) = reading.refused
    assert lines[refused.line - 1] == "Requires=tenant@%i.service"
    assert "specifier" in refused.reason
    assert "b7Qx-never-shown-9" not in repr(reading)


def test_a_unit_file_is_called_as_its_file_is(tmp_path: Path) -> None:
    unit = (
        "[Unit]\r\nWants=db.service\r\n; said otherwise\r\n[Service]\r\nLoadCredential=key:/k\r\n"
    )
    reading = read(tmp_path / "web@7.service", unit)
    assert [(one.component, one.needs, one.line) for one in reading.observations] == [
        ("web@7.service", "", 0),
        ("web@7.service", "db.service", 2),
        ("web@7.service", "credential/key", 5),
    ]


def test_what_adds_to_a_unit_is_called_as_the_unit(tmp_path: Path) -> None:
    reading = read(tmp_path / "web.service.d" / "more.conf", "[Unit]\nBindsTo=db.service\n")
    assert ("web.service", "db.service", "BindsTo") in pairs(reading)


def test_what_systemctl_show_prints_of_many(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "units.txt",
        "Id=web.service\nRequires=system.slice sysinit.target db.service\nAfter=cron.service\n"
        "\nId=db.service\nRequires=\nRequiresMountsFor=/var/lib/db\n",
    )
    assert pairs(reading) == [
        ("web.service", "", "service"),
        ("web.service", "db.service", "Requires"),
        ("db.service", "", "service"),
        ("db.service", "/var/lib/db", "RequiresMountsFor"),
    ]
    assert [one.line for one in reading.observations] == [1, 2, 5, 7]


def test_lines_that_are_none_are_named_and_the_others_taken(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "web.service",
        "Wants=too-early.service\n[Unit]\nWants=db.service token=hunter2\nnonsense\n"
        "Wants=\x1b[2J.service {{ peer }} -.mount\nWants=web.service\n",
    )
    assert pairs(reading) == [
        ("web.service", "", "service"),
        ("web.service", "db.service", "Wants"),
    ]
    assert [one.line for one in reading.refused] == [1, 3, 4, 5]
    assert "hunter2" not in repr(reading)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("web.service", "", "is empty"),
        ("web.service", "[Unit]\n", "holds no systemd unit"),
        ("web.service", "\0\1\2", "holds no systemd unit"),
        ("notes.txt", "[Unit]\nWants=db.service\n", "holds no systemd unit"),
        ("notes.txt", "Wants=db.service\n", "holds no systemd unit"),
        ("web.service", "#" * (4 * 2**20 + 1), "is larger than 4 MiB"),
    ],
)
def test_what_is_no_unit_is_refused(tmp_path: Path, name: str, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path / name, content)


@pytest.mark.parametrize(
    ("name", "content", "stores"),
    [
        ("tmp.mount", "[Mount]\nWhat=tmpfs\nWhere=/tmp\nType=tmpfs\n", []),
        ("dev-hugepages.mount", "[Mount]\nWhat=hugetlbfs\nType=hugetlbfs\n", []),
        ("srv.mount", "[Mount]\nWhat=/dev/sdb1\nType=ext4\n", ["srv.mount", "/dev/sdb1"]),
        ("dev-sdc1.swap", "[Swap]\nWhat=/dev/sdc1\n", []),
        ("web.service", "[Unit]\nRequiresMountsFor=/run/web /srv/web\n", ["/srv/web"]),
    ],
)
def test_memory_swap_and_what_the_kernel_makes_keep_no_data(
    tmp_path: Path, name: str, content: str, stores: list[str]
) -> None:
    reading = read(tmp_path / name, content)
    assert [one.needs or one.component for one in reading.observations if one.holds_data] == stores


WRITES = """[Service]
EnvironmentFile=/etc/web/settings.env
EnvironmentFile=-/etc/default/web
ReadWritePaths=/srv/data/web -/var/log/web /run/web /etc
BindPaths=/mnt/old:/data /srv/%i
"""
MOUNT = "[Mount]\nWhat=/dev/disk/by-label/data\nWhere=/srv/data\n"


def test_files_of_settings_and_folders_that_it_writes_to_are_needed(tmp_path: Path) -> None:
    reading = read(tmp_path / "web.service", WRITES)
    assert [(one.needs, one.what, one.holds_data) for one in reading.observations[1:]] == [
        ("/srv/data/web", "ReadWritePaths", True),
        ("/mnt/old", "BindPaths", True),
        ("/etc/web/settings.env", "settings", False),
        ("/etc/default/web", "settings, may be missing", False),
    ]
    assert [one.line for one in reading.refused] == [5]
    shown = "Id=web.service\nEnvironmentFiles=/etc/a.env (ignore_errors=yes)\n"
    reading = read(tmp_path / "show.txt", shown)
    assert pairs(reading)[1:] == [("web.service", "/etc/a.env", "settings, may be missing")]


def test_a_folder_lies_on_the_mount_of_another_file(tmp_path: Path) -> None:
    files = {tmp_path / name: tmp_path for name in ("web.service", "srv-data.mount", "no.service")}
    for path, content in zip(files, (WRITES, MOUNT, "nothing"), strict=True):
        path.write_text(content, encoding="utf-8")
    assert isinstance(SYSTEMD, ReadsTogether)
    found = {one.path.name: one.result for one in SYSTEMD.read_together(files)}
    web = found["web.service"]
    assert isinstance(web, Reading)
    data = {(one.component, one.needs) for one in web.observations if one.holds_data}
    assert data == {("/srv/data/web", "srv-data.mount"), ("web.service", "/mnt/old")}
    assert isinstance(found["no.service"], ObservationProblem)


def test_a_name_of_a_mount_is_the_path_that_it_escapes(tmp_path: Path) -> None:
    content = "# /etc/systemd/system/srv-my\\x2ddata.mount\n[Mount]\nWhat=/dev/sdb1\n\n"
    content += "# /etc/systemd/system/web.service\n[Service]\nReadWritePaths=/srv/my-data\n"
    assert ("/srv/my-data", "srv-my\\x2ddata.mount", "lies on") in pairs(
        read(tmp_path / "units.txt", content)
    )


def test_folders_of_all_and_what_may_be_lost_keep_no_data(tmp_path: Path) -> None:
    content = "[Unit]\nRequiresMountsFor=/var /var/tmp /var/log/wtmp /run/x /srv/shop\n"
    reading = read(tmp_path / "web.service", content)
    assert [one.needs for one in reading.observations if one.holds_data] == ["/srv/shop"]
    assert len(reading.observations) == 6
