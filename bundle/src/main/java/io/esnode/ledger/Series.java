package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of one chart, already thinned to what a page can show.
 *
 * @param chart id of the chart; series of one chart share title, unit, start and step
 * @param title of the chart
 * @param name of the line
 * @param query id of the SQL in {@code queries[]}
 * @param startTs RFC 3339, the chart's left edge
 * @param endTs RFC 3339, the chart's right edge
 * @param stepMs width of one bucket in ms; a distance between points of more than 1.5 steps is a gap, never a line
 * @param points in time order, buckets without data left out
 */
public record Series(
    String chart,
    String title,
    String unit,
    String name,
    String entity,
    String query,
    String startTs,
    String endTs,
    long stepMs,
    List<Point> points) {
  public Series {
    points = List.copyOf(points);
  }

  /**
   * Smallest and largest value in one bucket.
   *
   * @param offsetMs start of the bucket, ms since the chart's start
   * @param min decimal string
   * @param max decimal string, equal to {@code min} where the bucket held one value
   */
  public record Point(long offsetMs, String min, String max) {}

  Json.Obj toJson() {
    List<Json> items = new ArrayList<>(points.size());
    for (Point point : points) {
      items.add(Json.array(
          List.of(Json.of(point.offsetMs()), Json.of(point.min()), Json.of(point.max()))));
    }
    return Json.object()
        .put("chart", chart)
        .put("title", title)
        .put("unit", unit)
        .put("name", name)
        .put("entity", entity)
        .put("query", query)
        .put("start_ts", startTs)
        .put("end_ts", endTs)
        .put("step_ms", stepMs)
        .put("points", Json.array(items))
        .build();
  }

  static Series from(Json.Obj json) throws JsonException {
    List<Point> points = new ArrayList<>();
    for (Json item : json.arr("points").items()) {
      if (!(item instanceof Json.Arr triple)
          || triple.items().size() != 3
          || !(triple.items().get(0) instanceof Json.Num offset)
          || !(triple.items().get(1) instanceof Json.Str min)
          || !(triple.items().get(2) instanceof Json.Str max)) {
        throw new JsonException(
            "points[%d]: expected [offset in ms, \"min\", \"max\"]".formatted(points.size()));
      }
      points.add(new Point(offset.integer(), min.value(), max.value()));
    }
    return new Series(
        json.text("chart"),
        json.text("title"),
        json.text("unit"),
        json.text("name"),
        json.text("entity"),
        json.text("query"),
        json.text("start_ts"),
        json.text("end_ts"),
        json.integer("step_ms"),
        points);
  }
}
