package io.esnode.kubernetes;

import io.esnode.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a pod is recorded: which it is, what runs in it, and which GPUs are its own as far as the API says. */
final class PodFacts {
  private static final int MOST_CONTAINERS = 64;
  private static final int MOST_GPUS = 64;
  private static final String GPU_RESOURCE = "nvidia.com/";

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]{1,64}");
  private static final Pattern QUANTITY = Pattern.compile("[0-9]{1,9}");
  private static final Pattern RESOURCE = Pattern.compile("nvidia\\.com/[a-z0-9.-]{1,64}");
  private static final Pattern CONTAINER_ID = Pattern.compile("[a-z0-9-]{1,32}://([0-9a-f]{64})");
  private static final Pattern UUID = Pattern.compile("[0-9a-f-]{32,36}");

  /** Device plugins and schedulers that choose the device write its UUID into an annotation, each into one of its own. */
  private static final Pattern GPU_UUID = Pattern.compile(
      "(?:GPU|MIG)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])");

  private static final Pattern ANNOTATION = Pattern.compile("[A-Za-z0-9._/-]{1,128}");

  private PodFacts() {}

  static List<PodFact> of(Json.Obj pod) {
    List<PodFact> facts = new ArrayList<>();
    Json.Obj metadata = Fields.object(pod, "metadata");
    Json.Obj status = Fields.object(pod, "status");
    String name = Fields.text(metadata, "name");
    String namespace = Fields.text(metadata, "namespace");
    String uid = Fields.text(metadata, "uid");
    if (UUID.matcher(uid).matches()) {
      facts.add(new PodFact("pod.uid", "", PodFact.Kind.POD_UID, uid));
    }
    facts.add(new PodFact("pod.name", "", PodFact.Kind.NAME, namespace + "/" + name));
    word(facts, "pod.phase", "", Fields.text(status, "phase"));
    word(facts, "pod.reason", "", Fields.text(status, "reason"));
    word(facts, "pod.qos", "", Fields.text(status, "qosClass"));
    for (Json.Obj owner : Fields.objects(metadata, "ownerReferences")) {
      if (owner.members().get("controller") instanceof Json.Bool controls && controls.value()) {
        word(facts, "pod.owner_kind", "", Fields.text(owner, "kind"));
        facts.add(new PodFact("pod.owner", "", PodFact.Kind.NAME, Fields.text(owner, "name")));
      }
    }
    Json.Obj spec = Fields.object(pod, "spec");
    for (String list : List.of("initContainers", "containers")) {
      Fields.objects(spec, list).stream()
          .limit(MOST_CONTAINERS)
          .forEach(container -> requests(facts, container));
    }
    for (String list : List.of("initContainerStatuses", "containerStatuses")) {
      Fields.objects(status, list).stream()
          .limit(MOST_CONTAINERS)
          .forEach(container -> state(facts, container));
    }
    annotations(facts, Fields.object(metadata, "annotations"));
    return facts;
  }

  /** Extended resources have the same limit as request; the limit is what must be there. */
  private static void requests(List<PodFact> facts, Json.Obj container) {
    Fields.texts(Fields.object(container, "resources", "limits")).forEach((resource, count) -> {
      if (resource.startsWith(GPU_RESOURCE)
          && RESOURCE.matcher(resource).matches()
          && QUANTITY.matcher(count).matches()) {
        facts.add(new PodFact(resource, Fields.text(container, "name"), PodFact.Kind.PLAIN, count));
      }
    });
  }

  private static void state(List<PodFact> facts, Json.Obj container) {
    String name = Fields.text(container, "name");
    Matcher id = CONTAINER_ID.matcher(Fields.text(container, "containerID"));
    if (id.matches()) {
      facts.add(new PodFact("id", name, PodFact.Kind.CONTAINER_ID, id.group(1)));
    }
    Long restarts = Fields.number(container, "restartCount");
    if (restarts != null) {
      facts.add(new PodFact("restarts", name, PodFact.Kind.PLAIN, Long.toString(restarts)));
    }
    ended(facts, "state", name, Fields.object(container, "state"));
    ended(facts, "last_state", name, Fields.object(container, "lastState"));
  }

  /** {@code running}, {@code waiting CrashLoopBackOff}, {@code terminated OOMKilled, exit code 137}. */
  private static void ended(List<PodFact> facts, String item, String name, Json.Obj state) {
    for (String kind : List.of("running", "waiting", "terminated")) {
      if (state.members().get(kind) instanceof Json.Obj inner) {
        String reason = Fields.text(inner, "reason");
        Long code = Fields.number(inner, "exitCode");
        facts.add(new PodFact(
            item,
            name,
            PodFact.Kind.PLAIN,
            kind
                + (WORD.matcher(reason).matches() ? " " + reason : "")
                + (code == null ? "" : ", exit code " + code)));
      }
    }
  }

  private static void annotations(List<PodFact> facts, Json.Obj annotations) {
    Map<String, String> gpus = new TreeMap<>();
    Fields.texts(annotations).forEach((annotation, value) -> {
      // What kubectl applied repeats what somebody wished for.
      if (ANNOTATION.matcher(annotation).matches() && !annotation.startsWith("kubectl.")) {
        Matcher uuid = GPU_UUID.matcher(value);
        while (uuid.find() && gpus.size() < MOST_GPUS) {
          gpus.putIfAbsent(uuid.group(), annotation);
        }
      }
    });
    gpus.forEach((uuid, annotation) ->
        facts.add(new PodFact("gpu." + uuid, "", PodFact.Kind.PLAIN, "annotation " + annotation)));
  }

  private static void word(List<PodFact> facts, String item, String container, String value) {
    if (WORD.matcher(value).matches()) {
      facts.add(new PodFact(item, container, PodFact.Kind.PLAIN, value));
    }
  }
}
