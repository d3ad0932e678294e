package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template must not contain, whoever writes it. */
class TemplateLintTest {
  private static final Pattern NOT_TEXT = Pattern.compile(
      "(?s)<#--.*?-->|<#ftl[^>]*>|<style>.*?</style>|<script.*?</script>|\\$\\{[^}]*}");
  /** Directives may hold a greater-than sign in brackets or quotes only; ours use words. */
  private static final Pattern MARKUP =
      Pattern.compile("(?s)</?[#@]?[a-zA-Z!](?:\"[^\"]*\"|[^\">])*>");

  private static final Path TEMPLATES = Path.of("templates");

  @ParameterizedTest
  @MethodSource("templates")
  void noDigitIsTypedIntoText(Path template) throws IOException {
    assertThat(textOf(Files.readString(template))).doesNotContainPattern("\\p{Nd}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p>3 findings</p>",
        "<p>${x} of 99 %</p>",
        "<td><#if a>1</#if></td>",
        "<p>&#49;</p>"
      })
  void lintSeesADigit(String template) {
    assertThat(textOf(template)).containsPattern("\\p{Nd}");
  }

  @Test
  void lintLeavesNamesAttributesAndDirectivesAlone() {
    assertThat(
            textOf(
                "<h1 id=\"a1\">${v1}</h1><#list 0..<7 as i></#list><@figure n1/><#assign a = [{\"id\": \"x1\"}]>"))
        .doesNotContainPattern("\\p{Nd}");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void noWordPromisesMoreThanEvidence(Path template) throws IOException {
    String text = textOf(Files.readString(template)).toLowerCase(Locale.ROOT);

    assertThat(text)
        .doesNotContainPattern("\\b(certified|compliant|ready|approved|enterprise-grade)\\b");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void nothingRunsAndNothingIsFetched(Path template) throws IOException {
    String text = Files.readString(template);

    assertThat(text)
        .doesNotContainPattern("\\sstyle=")
        .doesNotContainPattern("\\son[a-z]+=")
        .doesNotContain("javascript:")
        .doesNotContainPattern("(src|href)=\"(?!#)")
        .doesNotContainPattern("<script(?! type=\"application/json\")");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void onlyOurOwnWritersGoInUnescaped(Path template) throws IOException {
    Matcher raw = Pattern.compile("\\$\\{([^}]*)\\?no_esc}").matcher(Files.readString(template));

    assertThat(raw.results().map(r -> r.group(1)).toList())
        .isSubsetOf(List.of("style", "c.svg", "data"));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void everyCharacterOfATemplateHasAGlyph(Path template) throws IOException {
    assertThat(Files.readString(template).codePoints().filter(c -> c != '\n'))
        .allMatch(Alphabet.get()::covers);
  }

  @ParameterizedTest
  @MethodSource("templates")
  void everyHeaderCellSaysWhatItHeads(Path template) throws IOException {
    assertThat(Files.readString(template)).doesNotContainPattern("<th(?! scope=\"(col|row)\")[ >]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"theme.css", "report.css", "screen.css", "paper.css"})
  void styleSheetsFetchNothing(String name) {
    assertThat(Assets.text("templates/" + name))
        .doesNotContain("url(")
        .doesNotContain("@import")
        .doesNotContain("</");
  }

  @Test
  void paperUsesOnlyColoursThatTheThemeDefines() {
    assertThat(StyleSheet.paper()).doesNotContain("var(");
  }

  static Stream<Path> templates() {
    try (Stream<Path> files = Files.walk(TEMPLATES)) {
      return files.filter(f -> f.toString().endsWith(".ftlh")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String textOf(String template) {
    String words = NOT_TEXT.matcher(template).replaceAll("");
    return MARKUP.matcher(words).replaceAll(" ").replaceAll("#assign[^>]*", "");
  }
}
