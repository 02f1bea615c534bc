"""A source of each kind for the conformance suite, found by the observer's name."""

from __future__ import annotations

from refloat.testing.observer_conformance import SECRET, Sample

SAMPLES = {
    "csv": Sample(
        content=(
            "component,needs,what\n"
            "booking-app,redis,keeps sessions\n"
            f"booking-app,vault,https://app:{SECRET}@vault.example/\n"
            '"Store, main",,\n'
            ",redis,\n"
            f"redis,clock,password={SECRET}\n"
            "Büro,redis\n"
        ).encode(),
        shows=frozenset({("booking-app", "redis"), ("Store, main", ""), ("Büro", "redis")}),
        refuses=(3, 5, 6),
    ),
    "compose": Sample(
        content=(
            "services:\n"
            "  web:\n"
            "    depends_on: [db]\n"
            "    environment:\n"
            f"      QUEUE: amqp://app:{SECRET}@queue/\n"
            f"      API_TOKEN: {SECRET}\n"
            "  db:\n"
            "    volumes: ['data:/var/lib/data']\n"
            f"  'password={SECRET}': {{}}\n"
            "  queue: {}\n"
            "  '${NAME}': {}\n"
            "volumes:\n"
            "  data:\n"
        ).encode(),
        shows=frozenset(
            {
                ("web", ""),
                ("db", ""),
                ("queue", ""),
                ("data", ""),
                ("web", "db"),
                ("web", "queue"),
                ("db", "data"),
            }
        ),
        refuses=(9, 11),
    ),
    "terraform": Sample(
        content=(
            '{"format_version": "1.0", "values": {"root_module": {"resources": [\n'
            '{"address": "aws_instance.web[0]", "mode": "managed",\n'
            f'"values": {{"user_data": "{SECRET}"}}, "depends_on": [\n'
            '"aws_db_instance.main",\n'
            f'"password={SECRET}"]}},\n'
            '{"address": "aws_db_instance.main", "mode": "managed",\n'
            f'"values": {{"password": "{SECRET}"}}, "sensitive_values": {{"password": true}}}}\n'
            "]}}}\n"
        ).encode(),
        shows=frozenset(
            {
                ("aws_instance.web[0]", ""),
                ("aws_instance.web[0]", "aws_db_instance.main"),
                ("aws_db_instance.main", ""),
            }
        ),
        refuses=(5,),
    ),
    "kubernetes": Sample(
        content=(
            "apiVersion: v1\n"
            "kind: Pod\n"
            "metadata:\n"
            "  name: web\n"
            "spec:\n"
            "  containers:\n"
            "    - name: web\n"
            "      env:\n"
            f"        - {{name: API_TOKEN, value: {SECRET}}}\n"
            f"        - {{name: URL, value: 'http://a:{SECRET}@db'}}\n"
            "  volumes:\n"
            "    - persistentVolumeClaim: {claimName: data}\n"
            "---\n"
            "apiVersion: v1\n"
            "kind: Service\n"
            "metadata: {name: db}\n"
            "---\n"
            "apiVersion: v1\n"
            "kind: Secret\n"
            "metadata: {generateName: x}\n"
            f"stringData: {{password: {SECRET}}}\n"
        ).encode(),
        shows=frozenset(
            {("web", ""), ("db", ""), ("web", "db"), ("web", "persistentvolumeclaim/data")}
        ),
        refuses=(18,),
    ),
    "backstage": Sample(
        content=(
            "apiVersion: backstage.io/v1alpha1\n"
            "kind: Component\n"
            "metadata:\n"
            "  name: booking-app\n"
            f"  annotations: {{example.com/token: {SECRET}}}\n"
            "spec:\n"
            "  dependsOn:\n"
            "    - resource:bookings-db\n"
            f"    - resource:token={SECRET}\n"
        ).encode(),
        shows=frozenset({("booking-app", ""), ("booking-app", "bookings-db")}),
        refuses=(9,),
    ),
    "cyclonedx": Sample(
        content=(
            '{"bomFormat": "CycloneDX", "specVersion": "1.6", "services": [\n'
            '{"bom-ref": "1", "name": "booking-app",\n'
            f'"endpoints": ["https://app:{SECRET}@booking.example/"]}},\n'
            '{"bom-ref": "mail", "name": "mail"},\n'
            f'{{"bom-ref": "3", "name": "password={SECRET}"}}],\n'
            '"dependencies": [{"ref": "1", "dependsOn": [\n'
            '"mail"]}]}\n'
        ).encode(),
        shows=frozenset({("booking-app", ""), ("mail", ""), ("booking-app", "mail")}),
        refuses=(5,),
    ),
    "systemd": Sample(
        content=(
            "# /etc/systemd/system/web.service\n"
            "[Unit]\n"
            "Requires=db.service\n"
            f"Wants=token={SECRET}\n"
            "[Service]\n"
            f"Environment=PASSWORD={SECRET}\n"
            "StateDirectory=web\n"
            "# /etc/systemd/system/web.timer\n"
            "[Timer]\n"
            "OnCalendar=daily\n"
        ).encode(),
        shows=frozenset(
            {
                ("web.service", ""),
                ("web.service", "db.service"),
                ("web.service", "/var/lib/web"),
                ("web.timer", ""),
                ("web.timer", "web.service"),
            }
        ),
        refuses=(4,),
    ),
    "opentelemetry": Sample(
        content=(
            "# TYPE traces_service_graph_request_total counter\n"
            'traces_service_graph_request_total{client="booking-app",server="bookings-db",'
            'connection_type="database",failed="false"} 4183\n'
            'traces_service_graph_request_total{client="booking-app",'
            f'server="https://app:{SECRET}@mail.example"}} 2\n'
            f'http_requests_total{{url="https://app:{SECRET}@booking.example"}} 3\n'
        ).encode(),
        shows=frozenset({("booking-app", "bookings-db")}),
        refuses=(3,),
    ),
    "ansible": Sample(
        content=(
            "bastion\n"
            "[web]\n"
            f"web1 ansible_password={SECRET}\n"
            f"password={SECRET}\n"
            "[web:vars]\n"
            f"owner=token={SECRET}\n"
            "[shop:children]\n"
            "web\n"
        ).encode(),
        shows=frozenset(
            {
                ("bastion", ""),
                ("web1", ""),
                ("web", ""),
                ("web", "web1"),
                ("shop", ""),
                ("shop", "web"),
            }
        ),
        refuses=(4,),
    ),
}
