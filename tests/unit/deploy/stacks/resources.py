"""What operators' own kinds may hold, as far as our files use them; an unknown or misspelt field is an error.

After the CRDs of KEDA 2.16 (keda.sh/v1alpha1), the operator of Prometheus 0.80
(monitoring.coreos.com/v1) and Strimzi 0.49 (kafka.strimzi.io/v1).
"""

from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Shape(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A part that has these fields and no others."""


class Behaviour(Shape):
    stabilization_window_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)]
    policies: list[dict[Literal["type", "value", "periodSeconds"], str | int]]


class Behaviours(Shape):
    scale_up: Behaviour
    scale_down: Behaviour


class Autoscaler(Shape):
    behavior: Behaviours


class Advanced(Shape):
    horizontal_pod_autoscaler_config: Autoscaler


class Lag(Shape):
    """KEDA's scaler `kafka`; every value is text."""

    bootstrap_servers: Text
    consumer_group: Text
    topic: Text
    lag_threshold: Text
    offset_reset_policy: Literal["earliest", "latest"]
    allow_idle_consumers: Literal["true", "false"]


class Trigger(Shape):
    type: Literal["kafka"]
    metadata: Lag


class Fallback(Shape):
    failure_threshold: Count
    replicas: Count


class Scaled(Shape):
    api_version: Literal["apps/v1"]
    kind: Literal["StatefulSet", "Deployment"]
    name: Text


class ScaledObject(Shape):
    scale_target_ref: Scaled
    polling_interval: Count
    min_replica_count: Count
    max_replica_count: Count
    fallback: Fallback
    advanced: Advanced
    triggers: list[Trigger]


class Requirement(Shape):
    key: Text
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: list[str] = []


class Selector(Shape):
    match_labels: dict[str, str] = {}
    match_expressions: list[Requirement] = []


class Tls(Shape):
    insecure_skip_verify: bool


class Endpoint(Shape):
    port: Text
    interval: Text
    scheme: Literal["http", "https"] = "http"
    tls_config: Tls | None = None


class PodMonitor(Shape):
    job_label: Text
    selector: Selector
    pod_metrics_endpoints: list[Endpoint]


class Rule(Shape):
    expr: Text
    record: str = ""
    alert: str = ""
    for_: str = msgspec.field(default="", name="for")
    keep_firing_for: str = msgspec.field(default="", name="keep_firing_for")
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Group(Shape):
    name: Text
    rules: list[Rule]
    interval: str = ""


class PrometheusRule(Shape):
    groups: list[Group]


class Listener(Shape):
    name: Text
    port: Annotated[int, msgspec.Meta(ge=9092)]
    type: Literal["internal"]
    tls: bool
    network_policy_peers: list[dict[Literal["podSelector", "namespaceSelector"], Selector]]


class Brokers(Shape):
    version: Text
    metadata_version: Text
    listeners: list[Listener]
    config: dict[str, str | int | bool]


class Entities(Shape):
    topic_operator: dict[str, Any]


class Kafka(Shape):
    kafka: Brokers
    entity_operator: Entities


class Volume(Shape):
    id: Annotated[int, msgspec.Meta(ge=0)]
    type: Literal["persistent-claim"]
    size: Text
    delete_claim: bool
    kraft_metadata: Literal["shared"] | None = None


class Storage(Shape):
    type: Literal["jbod"]
    volumes: list[Volume]


class NodePool(Shape):
    replicas: Count
    roles: list[Literal["controller", "broker"]]
    storage: Storage
    resources: dict[Literal["requests", "limits"], dict[Literal["cpu", "memory"], str]]
    jvm_options: dict[Literal["-Xms", "-Xmx"], str] = {}
    template: dict[Literal["pod"], dict[Literal["topologySpreadConstraints"], list[Any]]] = {}


class KafkaTopic(Shape):
    partitions: Count
    replicas: Count
    config: dict[str, str]


class Scram(Shape):
    type: Literal["scram-sha-512"]


class Named(Shape, tag_field="type"):
    name: Text
    pattern_type: Literal["literal", "prefix"]


class OfTopic(Named, tag="topic"):
    pass


class OfGroup(Named, tag="group"):
    pass


class OfTransaction(Named, tag="transactionalId"):
    pass


class OfCluster(Shape, tag_field="type", tag="cluster"):
    """The one resource without a name."""


Operation = Literal[
    "Read",
    "Write",
    "Delete",
    "Alter",
    "Describe",
    "All",
    "IdempotentWrite",
    "ClusterAction",
    "Create",
    "AlterConfigs",
    "DescribeConfigs",
]


class AclRule(Shape):
    resource: OfTopic | OfGroup | OfTransaction | OfCluster
    operations: Annotated[list[Operation], msgspec.Meta(min_length=1)]
    host: Text
    type: Literal["allow", "deny"] = "allow"


class SimpleAuthorization(Shape):
    type: Literal["simple"]
    acls: list[AclRule]


class KafkaUser(Shape):
    authentication: Scram
    authorization: SimpleAuthorization


SHAPES: dict[tuple[str, str], type[Shape]] = {
    ("keda.sh/v1alpha1", "ScaledObject"): ScaledObject,
    ("monitoring.coreos.com/v1", "PodMonitor"): PodMonitor,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PrometheusRule,
    ("kafka.strimzi.io/v1", "Kafka"): Kafka,
    ("kafka.strimzi.io/v1", "KafkaNodePool"): NodePool,
    ("kafka.strimzi.io/v1", "KafkaTopic"): KafkaTopic,
    ("kafka.strimzi.io/v1", "KafkaUser"): KafkaUser,
}
