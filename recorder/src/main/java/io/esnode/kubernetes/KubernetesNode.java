package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.web.Reports;
import java.time.Duration;
import java.util.List;

/** This node as the API server sees it: its pods, what happened to them, and what happened to the node. */
public final class KubernetesNode {
  private final ListWatch pods;
  private final ListWatch nodeEvents;
  private final ListWatch podEvents;

  /**
   * A node about to be watched.
   *
   * @param node its name in the cluster
   * @param firstBackOff until a request that failed is made again; doubles
   */
  public KubernetesNode(KubeApi api, String node, Duration firstBackOff, Reports reports) {
    Pods known = new Pods(reports);
    Events ofPods =
        new Events(reports, event -> isAbout(event, "Pod") && isHere(event, known, node));
    known.onArrival(ofPods::podArrived);
    this.pods = new ListWatch(
        api,
        "/api/v1/pods",
        "spec.nodeName=" + node,
        "pods of this node",
        firstBackOff,
        known,
        reports);
    this.nodeEvents = new ListWatch(
        api,
        "/api/v1/events",
        "involvedObject.kind=Node,involvedObject.name=" + node,
        "events of this node",
        firstBackOff,
        new Events(reports, event -> isAbout(event, "Node") && name(event).equals(node)),
        reports);
    this.podEvents = new ListWatch(
        api,
        "/api/v1/events",
        "involvedObject.kind=Pod",
        "events of pods",
        firstBackOff,
        ofPods,
        reports);
  }

  /** One thread for each. */
  public List<Runnable> watches() {
    return List.of(pods, nodeEvents, podEvents);
  }

  private static boolean isAbout(Json.Obj event, String kind) {
    return Fields.text(Fields.object(event, "involvedObject"), "kind").equals(kind);
  }

  private static String name(Json.Obj event) {
    return Fields.text(Fields.object(event, "involvedObject"), "name");
  }

  /** What this node's kubelet says of a pod, and what others say of a pod that is here. */
  private static boolean isHere(Json.Obj event, Pods known, String node) {
    return Fields.text(Fields.object(event, "source"), "host").equals(node)
        || known.has(new Pods.PodName(
            Fields.text(Fields.object(event, "involvedObject"), "namespace"), name(event)));
  }
}
