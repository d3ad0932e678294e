package io.esnode.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.ledger.RuleResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/rules.md} is made from the rules; {@code -Dgolden=update} writes it again. */
class RulesPageTest {
  private static final Path PAGE = Path.of("../docs/reference/rules.md");

  @Test
  void pageListsTheRules() throws IOException {
    String expected = page(RuleBook.builtIn());
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, expected);
    }

    assertThat(PAGE).as("made from analyzer/rules; -Dgolden=update writes it").hasContent(expected);
  }

  private static String page(RuleBook book) {
    StringBuilder page = new StringBuilder("""
        # Rules

        What `esnode analyze` looks for, made from `analyzer/rules/*.sql`. A rule is *present*, *absent*, or *not observed* where a
        bundle lacks a column it requires, or has no value in it. `esnode query BUNDLE --rule ID` runs one by hand;
        [write a rule](../how-to/write-a-rule.md) says how they are made. Differences are taken between consecutive readings of one
        entity within one boot, divided by the monotonic time that really passed; a counter that fell was started anew, and
        that step says nothing.

        | rule | severity | looks for |
        |---|---|---|
        """);
    for (Rule rule : book.rules()) {
      page.append("| [`%s`](#%s) | %s | %s |\n"
          .formatted(rule.id(), rule.id(), rule.severity().word(), rule.title()));
    }
    book.rules().forEach(rule -> page.append(section(rule)));
    return page.toString();
  }

  private static String section(Rule rule) {
    StringBuilder text = new StringBuilder();
    text.append("\n## ").append(rule.id()).append("\n\n");
    text.append("%s. Severity %s, rule book %s.\n\n"
        .formatted(rule.title(), rule.severity().word(), rule.rulebook()));
    text.append("* Says: ").append(escaped(rule.explain())).append('\n');
    text.append("* Requires: `").append(String.join("`, `", rule.requires())).append("`");
    text.append(rule.ticks() > 1 ? ", two readings at least\n" : "\n");
    for (RuleResult.Param param : rule.params()) {
      text.append(
          "* `%s` = %s: %s\n".formatted(param.name(), param.value(), escaped(param.text())));
    }
    for (Rule.FigureColumn figure : rule.figures()) {
      text.append("* Figure `%s`: %s [%s]\n"
          .formatted(figure.column(), escaped(figure.label()), figure.unit()));
    }
    text.append("* Source: ").append(escaped(rule.source())).append('\n');
    return text.toString();
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;");
  }
}
