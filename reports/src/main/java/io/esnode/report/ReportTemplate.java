package io.esnode.report;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The reports esnode can write; each is a folder in {@code reports/templates}. */
public enum ReportTemplate {
  INCIDENT("incident");

  private final String word;

  ReportTemplate(String word) {
    this.word = word;
  }

  /** The name on the command line and in file names. */
  public String word() {
    return word;
  }

  public static Optional<ReportTemplate> find(String word) {
    return Arrays.stream(values()).filter(t -> t.word.equals(word)).findFirst();
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(ReportTemplate::word).toList();
  }
}
