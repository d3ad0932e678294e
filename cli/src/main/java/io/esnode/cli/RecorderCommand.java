package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;

/** One thing a running recorder can be asked to do. Called from several threads at once. */
interface RecorderCommand {
  /**
   * Does it.
   *
   * @param request all of it, {@code command} included
   * @return the answer; {@code recorder_pid} and {@code bundle} are added to it
   * @throws JsonException if the request lacks something, in words for the user
   */
  Json.Builder obey(Json.Obj request) throws JsonException;
}
