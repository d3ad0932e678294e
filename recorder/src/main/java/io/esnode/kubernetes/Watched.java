package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;

/** What is done with the objects of a list and of the watch that goes on from it. */
interface Watched {
  /** All there are now. */
  void listed(List<Json.Obj> items);

  /** One was added or modified. */
  void seen(Json.Obj object) throws JsonException;

  /** One is no longer there. */
  void deleted(Json.Obj object) throws JsonException;
}
