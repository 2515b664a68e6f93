// Judges custom resources by the definitions their projects publish: a list of objects on stdin, a line for each.
import { readFileSync } from "node:fs";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { PrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";

const kinds = { HTTPRoute, ScaledObject, PodMonitor, PrometheusRule, ServiceMonitor };
for (const object of JSON.parse(readFileSync(0))) {
  new kinds[object.kind](object).validate(); // throws what is wrong
  console.log(object.kind);
}
