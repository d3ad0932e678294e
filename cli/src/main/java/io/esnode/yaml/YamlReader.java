package io.esnode.yaml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document into {@link Yaml}. Only the parser of the library is used: nothing is constructed from tags, and
 * anchors, aliases, tags, further documents and doubled keys are refused, so a short text cannot become a large one.
 */
public final class YamlReader {
  public static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 16;

  private final String file;
  private final String noun;
  private final Iterator<Event> events;
  private Yaml.Place last;

  private YamlReader(String file, String noun, Iterator<Event> events) {
    this.file = file;
    this.noun = noun;
    this.events = events;
    this.last = new Yaml.Place(file, 1, 1);
  }

  /**
   * Reads one document.
   *
   * @param file how messages call it
   * @param noun what the text is, for messages
   */
  public static Yaml.Mapping read(String file, byte[] utf8, String noun) throws YamlException {
    if (utf8.length > MAX_BYTES) {
      throw new YamlException(
          "%s: %d bytes, a %s has at most %d".formatted(file, utf8.length, noun, MAX_BYTES));
    }
    LoadSettings settings = LoadSettings.builder()
        .setLabel(file)
        .setCodePointLimit(MAX_BYTES)
        .setMaxAliasesForCollections(0)
        .setParseComments(false)
        .build();
    try {
      Iterator<Event> events =
          new Parse(settings).parseString(text(file, utf8, noun)).iterator();
      return new YamlReader(file, noun, events).document();
    } catch (MarkedYamlEngineException e) {
      Yaml.Place at = place(file, e.getProblemMark().or(e::getContextMark));
      String problem = e.getProblem();
      throw at.wrong("not YAML: " + (problem == null ? "unreadable" : problem), e);
    } catch (YamlEngineException e) {
      throw new YamlException("%s: not YAML: %s".formatted(file, firstLine(e)), e);
    }
  }

  private static String text(String file, byte[] utf8, String noun) throws YamlException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new YamlException("%s: not UTF-8 text; a %s is UTF-8".formatted(file, noun), e);
    }
  }

  private Yaml.Mapping document() throws YamlException {
    expect(StreamStartEvent.class);
    Event start = next();
    if (!(start instanceof DocumentStartEvent)) {
      throw last.wrong("found nothing, expected a " + noun);
    }
    Yaml root = node(next(), 0);
    expect(DocumentEndEvent.class);
    if (!(next() instanceof StreamEndEvent)) {
      throw last.wrong("found a second document; a file holds one " + noun);
    }
    if (root instanceof Yaml.Mapping mapping) {
      return mapping;
    }
    throw root.place().wrong("found %s, expected the keys of a %s".formatted(kind(root), noun));
  }

  private Yaml node(Event event, int depth) throws YamlException {
    if (depth > MAX_DEPTH) {
      throw last.wrong("nested deeper than %d levels".formatted(MAX_DEPTH));
    }
    if (event instanceof AliasEvent) {
      throw last.wrong(
          "found an alias (*name), which a %s does not have; write it out".formatted(noun));
    }
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw last.wrong(
          "found an anchor (&name), which a %s does not have; write it out".formatted(noun));
    }
    if (event instanceof ScalarEvent scalar) {
      refuseTag(scalar.getTag());
      return new Yaml.Scalar(last, scalar.getValue());
    }
    if (event instanceof CollectionStartEvent start) {
      refuseTag(start.getTag());
      return start instanceof MappingStartEvent ? mapping(depth) : sequence(depth);
    }
    throw last.wrong("found %s, expected a value".formatted(event.getEventId()));
  }

  private void refuseTag(Optional<String> tag) throws YamlException {
    if (tag.isPresent()) {
      throw last.wrong("found the tag %s, which a %s does not have".formatted(tag.get(), noun));
    }
  }

  private Yaml sequence(int depth) throws YamlException {
    Yaml.Place at = last;
    List<Yaml> items = new ArrayList<>();
    for (Event event = next(); !(event instanceof CollectionEndEvent); event = next()) {
      items.add(node(event, depth + 1));
    }
    return new Yaml.Sequence(at, items);
  }

  private Yaml mapping(int depth) throws YamlException {
    Yaml.Place at = last;
    Map<Yaml.Scalar, Yaml> entries = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (Event event = next(); !(event instanceof CollectionEndEvent); event = next()) {
      if (!(node(event, depth + 1) instanceof Yaml.Scalar key)) {
        throw last.wrong("found a list or keys in place of a key");
      }
      if (!seen.add(key.text())) {
        throw key.place().wrong("found %s: a second time".formatted(key.text()));
      }
      entries.put(key, node(next(), depth + 1));
    }
    return new Yaml.Mapping(at, entries);
  }

  private void expect(Class<? extends Event> type) throws YamlException {
    Event event = next();
    if (!type.isInstance(event)) {
      throw last.wrong(
          "found %s where the text should go on otherwise".formatted(event.getEventId()));
    }
  }

  private Event next() throws YamlException {
    if (!events.hasNext()) {
      throw last.wrong("the text ends too early");
    }
    Event event = events.next();
    last = place(file, event.getStartMark());
    return event;
  }

  private static Yaml.Place place(String file, Optional<Mark> mark) {
    return new Yaml.Place(
        file, mark.map(Mark::getLine).orElse(0) + 1, mark.map(Mark::getColumn).orElse(0) + 1);
  }

  public static String kind(Yaml found) {
    if (found instanceof Yaml.Scalar scalar) {
      return scalar.text().isEmpty() ? "nothing" : "\"" + scalar.text() + "\"";
    }
    return found instanceof Yaml.Mapping ? "keys" : "a list";
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }
}
