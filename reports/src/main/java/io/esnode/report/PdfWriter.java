package io.esnode.report;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FSFontUseCase;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfBoxRenderer;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder.PdfAConformance;
import com.openhtmltopdf.util.Diagnostic;
import com.openhtmltopdf.util.LogMessageId;
import com.openhtmltopdf.util.XRLog;
import com.openhtmltopdf.util.XRLogger;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentCatalog;
import org.apache.pdfbox.pdmodel.PDDocumentNameDictionary;
import org.apache.pdfbox.pdmodel.PDEmbeddedFilesNameTreeNode;
import org.apache.pdfbox.pdmodel.common.PDMetadata;
import org.apache.pdfbox.pdmodel.common.filespecification.PDComplexFileSpecification;
import org.apache.pdfbox.pdmodel.common.filespecification.PDEmbeddedFile;
import org.apache.pdfbox.pdmodel.graphics.color.PDOutputIntent;

/**
 * XHTML to PDF with the settings of PDF/A-3a and PDF/UA-1: the same input gives the same bytes, whatever the clock, the
 * zone and the locale. Fetches nothing, and any warning of the renderer is an error: it drops text with no more than that.
 */
final class PdfWriter {
  static final String PRODUCER = "esnode reports (openhtmltopdf 1.1.65, PDFBox 3.0.8)";

  /** Reported at INFO only; in a report they are defects of the template. */
  private static final List<LogMessageId> ALSO_FATAL = List.of(
      LogMessageId.LogMessageId1Param.GENERAL_PDF_ACCESSIBILITY_NO_TITLE_TEXT_PROVIDED_FOR,
      LogMessageId.LogMessageId2Param.LOAD_URI_RESOLVER_REJECTED_LOADING_AT_URI);

  private static final Pattern CREATED = Pattern.compile("<xmp:CreateDate>[^<]*</xmp:CreateDate>");

  static {
    // Global in openhtmltopdf; a disabled logger would silence the diagnostics too.
    XRLog.setLoggerImpl(new Quiet());
  }

  private PdfWriter() {}

  /**
   * @param ledger attached as {@link Report#LEDGER_NAME}; its digest becomes the document id
   * @param asOf the evidence's time, not the clock's
   */
  static byte[] write(String xhtml, byte[] ledger, Instant asOf) throws IOException {
    byte[] icc = Assets.bytes(Assets.ICC);
    List<String> complaints = new ArrayList<>();
    PdfRendererBuilder builder = new PdfRendererBuilder();
    builder.withHtmlContent(xhtml, "classpath:/");
    builder.usePdfAConformance(PdfAConformance.PDFA_3_A);
    builder.usePdfUaAccessibility(true);
    builder.useColorProfile(icc);
    builder.withProducer(PRODUCER);
    builder.useUriResolver((base, uri) -> uri != null && uri.startsWith("#") ? uri : null);
    builder.withDiagnosticConsumer(d -> {
      if (d.getLevel().intValue() >= Level.WARNING.intValue()
          || ALSO_FATAL.contains(d.getLogMessageId())) {
        complaints.add(d.getFormattedMessage());
      }
    });
    builder.useSVGDrawer(new SvgDrawer(Assets.FONTS.get(0).family()));
    for (Assets.Font font : Assets.FONTS) {
      builder.useFont(
          () -> new ByteArrayInputStream(PlainFont.of(Assets.bytes(font.path()))),
          font.family(),
          font.weight(),
          font.italic() ? FontStyle.ITALIC : FontStyle.NORMAL,
          true,
          EnumSet.of(FSFontUseCase.DOCUMENT));
    }
    try (PdfBoxRenderer renderer = builder.buildPdfRenderer()) {
      renderer.createPDFWithoutClosing();
      if (!complaints.isEmpty()) {
        throw new IOException("the PDF renderer complained: " + String.join("; ", complaints));
      }
      PDDocument document = renderer.getPdfDocument();
      Instant second = asOf.truncatedTo(ChronoUnit.SECONDS);
      Calendar date = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
      date.setTimeInMillis(second.toEpochMilli());
      attach(document, ledger, date);
      restoreProfile(document, icc);
      fixDates(document, date, second);
      document.setDocumentId(ByteBuffer.wrap(Assets.digest("SHA-256", ledger)).getLong());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }

  /** By hand: openhtmltopdf's own download link writes the current time into the embedded file. */
  private static void attach(PDDocument document, byte[] ledger, Calendar date) throws IOException {
    PDEmbeddedFile file =
        new PDEmbeddedFile(document, new ByteArrayInputStream(ledger), COSName.FLATE_DECODE);
    file.setSubtype("application/json");
    file.setSize(ledger.length);
    file.setCreationDate(date);
    file.setModDate(date);
    // The PDF format wants MD5 here; it protects nothing.
    file.setCheckSum(HexFormat.of().formatHex(Assets.digest("MD5", ledger)));
    PDComplexFileSpecification spec = new PDComplexFileSpecification();
    spec.setFile(Report.LEDGER_NAME);
    spec.setFileUnicode(Report.LEDGER_NAME);
    spec.setFileDescription("Ledger: every figure of this report with its query");
    spec.setEmbeddedFile(file);
    spec.setEmbeddedFileUnicode(file);
    spec.getCOSObject().setItem(COSName.getPDFName("AFRelationship"), COSName.getPDFName("Data"));

    PDDocumentCatalog catalog = document.getDocumentCatalog();
    PDEmbeddedFilesNameTreeNode tree = new PDEmbeddedFilesNameTreeNode();
    tree.setNames(new TreeMap<>(Map.of(Report.LEDGER_NAME, spec)));
    PDDocumentNameDictionary names =
        catalog.getNames() != null ? catalog.getNames() : new PDDocumentNameDictionary(catalog);
    names.setEmbeddedFiles(tree);
    catalog.setNames(names);
    COSArray associated = new COSArray();
    associated.add(spec);
    catalog.getCOSObject().setItem(COSName.getPDFName("AF"), associated);
  }

  /** java.awt rewrites ICC header fields, differently on JDK 17 and 25: the exact bytes go back in. */
  private static void restoreProfile(PDDocument document, byte[] icc) throws IOException {
    for (PDOutputIntent intent : document.getDocumentCatalog().getOutputIntents()) {
      COSStream stream = new COSStream();
      stream.setInt(COSName.N, 3);
      try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
        out.write(icc);
      }
      intent.getCOSObject().setItem(COSName.DEST_OUTPUT_PROFILE, stream);
    }
  }

  /** PDF/A wants the document information and the XMP metadata to say the same. */
  private static void fixDates(PDDocument document, Calendar date, Instant second)
      throws IOException {
    document.getDocumentInformation().setCreationDate(date);
    document.getDocumentInformation().setModificationDate(date);
    PDMetadata metadata = document.getDocumentCatalog().getMetadata();
    Matcher created = CREATED.matcher(new String(metadata.toByteArray(), StandardCharsets.UTF_8));
    if (!created.find()) {
      throw new IOException("XMP metadata has no xmp:CreateDate; the renderer has changed");
    }
    String dates = "<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>"
        .formatted(second, second);
    metadata.importXMPMetadata(created.replaceFirst(dates).getBytes(StandardCharsets.UTF_8));
  }

  /** Keeps diagnostics flowing and prints nothing: log lines would carry text of the evidence. */
  private static final class Quiet implements XRLogger {
    @Override
    public void log(String where, Level level, String message) {}

    @Override
    public void log(String where, Level level, String message, Throwable error) {}

    @Override
    public void setLevel(String logger, Level level) {}

    @Override
    public boolean isLogLevelEnabled(Diagnostic diagnostic) {
      return diagnostic.getLevel().intValue() >= Level.INFO.intValue();
    }
  }
}
