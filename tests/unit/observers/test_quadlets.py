"""Podman's units, written after podman-systemd.unit(5) of Podman 5, alone and beside plain ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Outcome, Reading, ReadsTogether
from refloat.testing.observer_conformance import SECRET

SYSTEMD: Observer = registry.adapters("observers")["systemd"]

SHOP = f"""\
[Unit]
Description=The shop
Requires=db.container stunnel.service
After=queue.container
X-Owner=

[Container]
Image=registry.example/shop:4.2
Label="org.example.owner=Front office" org.example.tier=1
Pod=shop.pod
Volume=uploads.volume:/srv/uploads:Z
Volume=/srv/photos:/photos
Volume=/srv/templates:/templates:ro,Z
Volume=/etc/localtime:/etc/localtime
Volume=cache:/cache
Volume=/anonymous
Mount=type=bind,src=/srv/reports,target=/reports
Mount=type=volume,source=archive.volume,target=/archive,ro=true
Mount=type=tmpfs,target=/tmp
Network=back.network:ip=10.0.0.7
Network=host
Network=legacy
Secret=mail-key,type=env,target=MAIL_KEY
EnvironmentFile=/etc/shop/env
Environment=PASSWORD={SECRET}
Exec=serve --token {SECRET}
PodmanArgs=--env API_KEY={SECRET}

[Service]
Restart=always

[Install]
WantedBy=default.target
"""


def read(path: Path, content: str) -> Reading:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return SYSTEMD.read(path)


def together(folder: Path, files: dict[str, str]) -> dict[str, Reading]:
    """Write files of a folder and read them together."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    assert isinstance(SYSTEMD, ReadsTogether)
    found = {}
    for one in SYSTEMD.read_together({folder / name: folder for name in files}):
        assert isinstance(one.result, Reading), one
        found[one.path.relative_to(folder).as_posix()] = one.result
    return found


def needs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations if one.needs]


def stores(reading: Reading) -> set[str]:
    return {one.needs or one.component for one in reading.observations if one.holds_data}


@pytest.mark.requirement("R-005")
def test_a_container_shows_what_it_needs_and_where_its_data_lies(tmp_path: Path) -> None:
    reading = read(tmp_path / "shop.container", SHOP)
    first = reading.observations[0]
    assert (first.component, first.what, first.owner, first.version) == (
        "shop.service",
        "container",
        "Front office",
        "registry.example/shop:4.2",
    )
    assert {(one.needs, one.what) for one in reading.observations[1:]} == {
        ("db.service", "Requires"),
        ("stunnel.service", "Requires"),
        ("shop-pod.service", "Pod"),
        ("uploads.volume", "Volume"),
        ("/srv/photos", "Volume"),
        ("/srv/templates", "Volume, read only"),
        ("volume/cache", "Volume"),
        ("/srv/reports", "Mount"),
        ("archive.volume", "Mount"),
        ("back.network", "Network"),
        ("network/legacy", "network, made by somebody else"),
        ("secret/mail-key", "secret"),
        ("/etc/shop/env", "settings"),
    }
    assert stores(reading) == {
        "uploads.volume",
        "/srv/photos",
        "volume/cache",
        "/srv/reports",
        "archive.volume",
    }
    lines = SHOP.splitlines()
    for one in reading.observations[1:]:
        assert (
            one.needs.rpartition("/")[2].split(".")[0].removesuffix("-pod") in lines[one.line - 1]
        )
    assert not reading.refused
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    ("name", "content", "about"),
    [
        ("data.volume", "[Volume]\nVolumeName=kept\n", ("data.volume", "volume", "", True)),
        (
            "data.volume",
            "[Volume]\nDevice=tmpfs\nType=tmpfs\n",
            ("data.volume", "volume", "", False),
        ),
        ("shop.pod", "[Pod]\nPodName=shop\n", ("shop-pod.service", "pod", "", False)),
        (
            "shop.kube",
            "[Kube]\nYaml=shop.yaml\n",
            ("shop.service", "pods of a Kubernetes manifest", "", False),
        ),
        ("back.network", "[Network]\nInternal=true\n", ("back.network", "network", "", False)),
        (
            "app.build",
            "[Build]\nImageTag=app\n",
            ("app.build", "image that is built here", "", False),
        ),
        ("app.image", "[Image]\nImage=app:1\n", ("app.image", "image", "app:1", False)),
        (
            "web@.container",
            "[Container]\nImage=app.build\n",
            ("web@.service", "container", "", False),
        ),
        (
            "web.container",
            "[Container]\nServiceName=front\n",
            ("front.service", "container", "", False),
        ),
    ],
)
def test_each_kind_of_file_is_called_as_it_is_known(
    tmp_path: Path, name: str, content: str, about: tuple[str, str, str, bool]
) -> None:
    one = read(tmp_path / name, content).observations[0]
    assert (one.component, one.what, one.version, one.holds_data) == about


def test_what_kube_volume_pod_and_build_files_refer_to(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        {
            "shop.kube": (
                "[Kube]\nYaml=shop.yaml\nConfigMap=/etc/shop/map.yaml\nNetwork=back.network\n"
            ),
            "data.volume": "[Volume]\nDevice=nas.example:/export/data\nType=nfs\n",
            "shop.pod": "[Pod]\nVolume=data.volume:/data\nNetwork=back.network\n",
            "app.build": "[Build]\nSecret=id=npm,src=/run/npm\n",
            "job.container": (
                "[Container]\nImage=app.build\nNetwork=web.container\nRootfs=/srv/root:O\n"
            ),
        },
    )
    assert needs(found["shop.kube"]) == [
        ("shop.service", "back.network"),
        ("shop.service", "shop.yaml"),
        ("shop.service", "/etc/shop/map.yaml"),
    ]
    assert needs(found["data.volume"]) == [("data.volume", "nas.example:/export/data")]
    assert needs(found["shop.pod"]) == [
        ("shop-pod.service", "data.volume"),
        ("shop-pod.service", "back.network"),
    ]
    assert needs(found["app.build"]) == [("app.build", "secret/npm")]
    assert needs(found["job.container"]) == [
        ("job.service", "app.build"),
        ("job.service", "/srv/root"),
        ("job.service", "web.service"),
    ]


@pytest.mark.requirement("R-005")
def test_plain_units_and_podmans_know_each_other_in_one_folder(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        {
            "web.container": (
                "[Unit]\nWants=db.container\n[Container]\nServiceName=front\n"
                "Volume=systemd-rows:/rows\nVolume=/srv/photos:/photos\nNetwork=container:shop-db\n"
            ),
            "web.container.d/more.conf": "[Container]\nSecret=key\n",
            "db.container": "[Container]\nContainerName=shop-db\nVolume=rows.volume:/data\n",
            "rows.volume": "[Volume]\n",
            "nightly.timer": "[Timer]\nOnCalendar=daily\nUnit=front.service\n",
            "dump.service": "[Unit]\nRequires=rows-volume.service db.service\n",
            "srv-photos.mount": "[Mount]\nWhat=nas.example:/photos\nType=nfs\n",
        },
    )
    assert needs(found["web.container"]) == [
        ("front.service", "db.service"),
        ("front.service", "rows.volume"),
        ("front.service", "/srv/photos"),
        ("/srv/photos", "srv-photos.mount"),
    ]
    assert needs(found["web.container.d/more.conf"]) == [("front.service", "secret/key")]
    assert needs(found["nightly.timer"]) == [("nightly.timer", "front.service")]
    assert needs(found["dump.service"]) == [
        ("dump.service", "rows.volume"),
        ("dump.service", "db.service"),
    ]
    assert not any(one.refused for one in found.values())


def test_what_systemctl_cat_prints_of_services_that_podman_made(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "units.txt",
        "# /run/systemd/generator/web.service\n"
        "# Automatically generated by /usr/lib/systemd/system-generators/podman-system-generator\n"
        "[X-Container]\nImage=registry.example/web:1\nVolume=rows.volume:/rows\n"
        f"Environment=TOKEN={SECRET}\n"
        "[Unit]\nSourcePath=/etc/containers/systemd/web.container\n"
        "RequiresMountsFor=%t/containers\nRequires=rows-volume.service\n"
        f"[Service]\nExecStart=/usr/bin/podman run --env TOKEN={SECRET} web\n"
        "# /run/systemd/generator/rows-volume.service\n"
        "[X-Volume]\n[Unit]\nSourcePath=/etc/containers/systemd/rows.volume\n",
    )
    assert [(one.component, one.needs, one.what) for one in reading.observations] == [
        ("web.service", "", "container"),
        ("web.service", "rows.volume", "Requires"),
        ("rows.volume", "", "volume"),
    ]
    assert stores(reading) == {"rows.volume"}
    assert not reading.refused
    assert SECRET not in repr(reading)


def test_bad_lines_are_named_and_the_others_taken(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "web.container",
        "[Container]\n"
        "Image={{ registry }}/web:1\n"
        "Volume=%h/data:/data\n"
        "Volume=data-%i.volume:/more\n"
        f"Secret=password={SECRET}\n"
        "Volume=${DATA}:/data\n"
        'Label="owner=never closed\n'
        "Volume=\x1b[2J:/x\n"
        "nonsense\n"
        f"Network=http://me:{SECRET}@example\n"
        "Volume=rows.volume:/rows\n",
    )
    first = reading.observations[0]
    assert (first.version, first.owner) == ("", "")
    assert "not known" in first.what
    assert needs(reading) == [("web.service", "rows.volume")]
    assert [one.line for one in reading.refused] == [3, 4, 5, 6, 8, 9, 10]
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("web.container", "", "is empty"),
        ("web.container", "[Container]\n", "holds no systemd unit"),
        ("web.container", "\0\1\2", "holds no systemd unit"),
        ("web.container", "Image=too-early\n", "holds no systemd unit"),
        ("web.container", "#" * (4 * 2**20 + 1), "is larger than 4 MiB"),
        (
            "web.container",
            "[Container]\n" + "".join(f"Volume=v{one}:/v\n" for one in range(20_001)),
            "says more than 20000 things",
        ),
    ],
)
def test_what_is_no_unit_that_can_be_read_is_refused(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path / name, content)


def test_a_volume_without_a_setting_is_one_all_the_same(tmp_path: Path) -> None:
    """Podman's own manual shows such a file: everything is as usual."""
    (one,) = read(tmp_path / "data.volume", "[Volume]\n").observations
    assert (one.component, one.holds_data) == ("data.volume", True)


def test_networks_of_systemd_networkd_are_none_of_podmans(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        {
            "10-lan.network": "[Match]\nName=en*\n[Network]\nDHCP=yes\n",
            "web.service": "[Unit]\nRequires=db.service\n",
        },
    )
    assert found["10-lan.network"].observations == ()
    assert needs(found["web.service"]) == [("web.service", "db.service")]


def test_names_that_two_kinds_share_stay_two_things(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        {
            "data.volume": "[Volume]\n",
            "data.network": "[Network]\n",
            "data.container": (
                "[Container]\nVolume=data.volume:/a\nVolume=data:/b\nNetwork=data.network\n"
                "Network=data\nSecret=data\n"
            ),
        },
    )
    assert needs(found["data.container"]) == [
        ("data.service", "data.volume"),
        ("data.service", "volume/data"),
        ("data.service", "data.network"),
        ("data.service", "network/data"),
        ("data.service", "secret/data"),
    ]


def test_a_service_that_runs_means_itself_whoever_claims_its_name(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        {
            "db.container": "[Container]\nImage=db:1\n",
            "rows.volume": "[Volume]\nServiceName=db\n",
            "kept.volume": "[Volume]\nServiceName=plain\n",
            "plain.service": "[Service]\nStateDirectory=plain\n",
            "web.service": "[Unit]\nRequires=db.service plain.service\n",
        },
    )
    assert needs(found["web.service"]) == [
        ("web.service", "db.service"),
        ("web.service", "plain.service"),
    ]
    assert found["plain.service"].observations[0].component == "plain.service"


def test_one_bad_file_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "bad.container").write_bytes(b"\0" * 99)
    (tmp_path / "good.container").write_text("[Container]\nImage=a:1\n")
    assert isinstance(SYSTEMD, ReadsTogether)
    files = dict.fromkeys(sorted(tmp_path.iterdir()), tmp_path)
    bad, good = SYSTEMD.read_together(files)
    assert isinstance(bad, Outcome)
    assert isinstance(bad.result, ObservationProblem)
    assert isinstance(good.result, Reading)
