package io.esnode.report;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One set of rules for page and PDF. Colours are custom properties, which the PDF renderer does not know: for it, each
 * {@code var(--x)} is replaced by the light theme's value.
 */
final class StyleSheet {
  private static final Pattern DEFINITION = Pattern.compile("--([a-z0-9-]+):\\s*([^;]+);");
  private static final Pattern USE = Pattern.compile("var\\(--([a-z0-9-]+)\\)");

  private StyleSheet() {}

  /** For the page: light and dark theme, shared rules, rules for screens. */
  static String page() {
    return Assets.text("templates/theme.css")
        + Assets.text("templates/report.css")
        + Assets.text("templates/screen.css");
  }

  /** For the PDF: shared rules, paper. */
  static String paper() {
    return resolve(
        Assets.text("templates/report.css") + Assets.text("templates/paper.css"),
        Assets.text("templates/theme.css"));
  }

  static String resolve(String rules, String theme) {
    Map<String, String> light = new HashMap<>();
    Matcher definition = DEFINITION.matcher(theme);
    while (definition.find()) {
      light.putIfAbsent(definition.group(1), definition.group(2).trim());
    }
    return USE.matcher(rules).replaceAll(use -> {
      String value = light.get(use.group(1));
      if (value == null) {
        throw new IllegalStateException(
            "style sheet uses --%s, the theme does not define it".formatted(use.group(1)));
      }
      return Matcher.quoteReplacement(value);
    });
  }

  /** A policy that lets this one style sheet in and nothing else: no script, no network, no frame. */
  static String policy(String style) {
    if (style.contains("</")) {
      throw new IllegalStateException("the style sheet closes its own element");
    }
    String hash = Base64.getEncoder()
        .encodeToString(Assets.digest("SHA-256", style.getBytes(StandardCharsets.UTF_8)));
    return "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
        .formatted(hash);
  }
}
