package io.esnode.json;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** Writes the one form of a value: RFC 8785 (section 3.2.3 order, section 3.2.2.2 escapes), integers only. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private final boolean ascii;
  private final boolean indent;

  private JsonWriter(boolean ascii, boolean indent) {
    this.ascii = ascii;
    this.indent = indent;
  }

  static String canonical(Json value) {
    return new JsonWriter(false, false).write(value, 0).out.toString();
  }

  static String ascii(Json value) {
    return new JsonWriter(true, false).write(value, 0).out.toString();
  }

  static String pretty(Json value) {
    return new JsonWriter(false, true).write(value, 0).out.append('\n').toString();
  }

  private JsonWriter write(Json value, int depth) {
    if (value instanceof Json.Obj object) {
      object(object, depth);
    } else if (value instanceof Json.Arr array) {
      array(array, depth);
    } else if (value instanceof Json.Str string) {
      string(string.value());
    } else if (value instanceof Json.Num number) {
      out.append(integer(number));
    } else if (value instanceof Json.Bool bool) {
      out.append(bool.value());
    } else {
      out.append("null");
    }
    return this;
  }

  private void object(Json.Obj object, int depth) {
    out.append('{');
    // String.compareTo compares UTF-16 code units, which is RFC 8785's order.
    Iterator<Map.Entry<String, Json>> members =
        new TreeMap<>(object.members()).entrySet().iterator();
    while (members.hasNext()) {
      Map.Entry<String, Json> member = members.next();
      newline(depth + 1);
      string(member.getKey());
      out.append(indent ? ": " : ":");
      write(member.getValue(), depth + 1);
      if (members.hasNext()) {
        out.append(',');
      } else {
        newline(depth);
      }
    }
    out.append('}');
  }

  private void array(Json.Arr array, int depth) {
    out.append('[');
    Iterator<Json> items = array.items().iterator();
    while (items.hasNext()) {
      newline(depth + 1);
      write(items.next(), depth + 1);
      if (items.hasNext()) {
        out.append(',');
      } else {
        newline(depth);
      }
    }
    out.append(']');
  }

  private void newline(int depth) {
    if (indent) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private static String integer(Json.Num number) {
    if (!number.isInteger()) {
      throw new IllegalStateException(
          "%s is no integer within 2^53 - 1: write it as a decimal string"
              .formatted(number.value()));
    }
    return Long.toString(number.value().longValue());
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\f' -> out.append("\\f");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7e) || loneSurrogate(text, i)) {
            unicode(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** RFC 8785 leaves lone surrogates undefined; escaped, they survive the trip through UTF-8. */
  private static boolean loneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private void unicode(char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append("0123456789abcdef".charAt(c >> shift & 0xf));
    }
  }
}
