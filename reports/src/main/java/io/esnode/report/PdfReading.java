package io.esnode.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentNameDictionary;
import org.apache.pdfbox.pdmodel.common.filespecification.PDComplexFileSpecification;
import org.apache.pdfbox.text.PDFTextStripper;
import org.jspecify.annotations.Nullable;

/**
 * Reads a finished PDF again before anybody else does: what was meant to be there is readable, and the attachment is the
 * ledger. A conformance checker is content with a page that lost its text.
 */
final class PdfReading {
  private PdfReading() {}

  /**
   * What is wrong with it, empty when nothing is.
   *
   * @param printed every figure id and exact value; the style sheet keeps each on one line
   * @param hashSigns how often {@code #} stands in the text that was rendered; more of them are missing glyphs
   */
  static List<String> problems(
      byte[] pdf, Collection<String> printed, long hashSigns, byte[] ledger) throws IOException {
    List<String> problems = new ArrayList<>();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      String text = text(document, problems);
      for (String expected : printed) {
        if (!text.contains(expected)) {
          problems.add("not readable: " + expected);
        }
      }
      long found = text.chars().filter(c -> c == '#').count();
      if (found != hashSigns) {
        problems.add("'#' printed %s times, the text has %s: a font lacks a glyph"
            .formatted(found, hashSigns));
      }
      byte[] attached = attachment(document);
      if (attached == null || !Arrays.equals(attached, ledger)) {
        problems.add("the attached ledger is not the one that was rendered");
      }
    }
    return problems;
  }

  private static String text(PDDocument document, List<String> problems) throws IOException {
    PDFTextStripper stripper = new PDFTextStripper();
    StringBuilder all = new StringBuilder();
    for (int page = 1; page <= document.getNumberOfPages(); page++) {
      stripper.setStartPage(page);
      stripper.setEndPage(page);
      String text = stripper.getText(document);
      if (text.isBlank()) {
        problems.add("page %s has no text".formatted(page));
      }
      all.append(text);
    }
    return all.toString();
  }

  private static byte @Nullable [] attachment(PDDocument document) throws IOException {
    PDDocumentNameDictionary names = document.getDocumentCatalog().getNames();
    if (names == null || names.getEmbeddedFiles() == null) {
      return null;
    }
    PDComplexFileSpecification spec = names.getEmbeddedFiles().getNames().get(Report.LEDGER_NAME);
    return spec == null ? null : spec.getEmbeddedFile().toByteArray();
  }
}
