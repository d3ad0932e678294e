package io.esnode.cli;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.ledger.Ledger;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signer.FileDigests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a signature says about a file.
 *
 * @param type one of {@link PredicateType}, or somebody else's
 */
record Claim(String type, Json.Obj predicate) {
  private static final String PARQUET = "PAR1";

  /** Every report holds its ledger, and the PDF says what wrote it. */
  private static final String PDF_MARK = "esnode reports (";

  private static final String CERTIFICATE = "esnode.certificate/";
  private static final String POLICY = "esnode.policy/";

  /** Reports are a few megabytes. */
  private static final int MAX_REPORT = 64 << 20;

  /** What it is said to be on the command line. */
  enum Kind {
    RECORDING,
    ANALYSIS,
    REPORT,
    CERTIFICATE,
    POLICY,
    FILE
  }

  /**
   * What can be said of an unsigned file from what it holds.
   *
   * @param told null to recognise it
   * @param reason why it is signed, null where nobody said
   */
  static Claim of(Path file, FileChannel open, @Nullable Kind told, @Nullable String reason)
      throws IOException {
    Kind kind = told == null ? recognised(open) : told;
    return switch (kind) {
      case RECORDING -> recording(file, open, reason);
      case ANALYSIS -> analysis(file, open, reason);
      case REPORT -> new Claim(PredicateType.REPORT, reason(reason).build());
      case CERTIFICATE -> new Claim(PredicateType.CERTIFICATE, reason(reason).build());
      case POLICY -> new Claim(PredicateType.POLICY, reason(reason).build());
      case FILE -> {
        if (reason == null || reason.isBlank()) {
          throw new CommandException(
              ExitCode.USAGE,
              "%s: neither a bundle nor anything made from one; say why it is signed with --reason, or what it is with --as"
                  .formatted(file));
        }
        yield new Claim(PredicateType.FILE, reason(reason).build());
      }
    };
  }

  /** Of a ledger that this process made. */
  static Claim analysis(Ledger ledger, Collection<String> rules) throws IOException {
    Json.Builder parameters = Json.object().put("as_of", ledger.asOf());
    if (!rules.isEmpty()) {
      parameters.put("rules", Json.strings(new TreeSet<>(rules)));
    }
    return new Claim(
        PredicateType.ANALYSIS,
        Provenance.made(Provenance.ANALYZE, parameters.build(), Provenance.bundles(ledger)));
  }

  /** Of a ledger that somebody else made: what it says it was made from. */
  static Claim repeated(Ledger ledger, @Nullable String reason) {
    return new Claim(
        PredicateType.ANALYSIS,
        reason(reason)
            .put(
                Provenance.DEFINITION,
                Provenance.definition(
                    Provenance.ANALYZE,
                    Json.object().put("as_of", ledger.asOf()).build(),
                    Provenance.bundles(ledger)))
            .build());
  }

  private static Kind recognised(FileChannel open) throws IOException {
    String head = text(open, 0, 4096);
    String start = head.stripLeading();
    if (head.startsWith(PARQUET)) {
      return isBundle(open) ? Kind.RECORDING : Kind.FILE;
    }
    if (start.startsWith("%PDF-")) {
      return text(open, 0, MAX_REPORT).contains(PDF_MARK) ? Kind.REPORT : Kind.FILE;
    }
    if (start.startsWith("<")) {
      return text(open, 0, MAX_REPORT).contains("\"schema\":\"" + Ledger.SCHEMA + "\"")
          ? Kind.REPORT
          : Kind.FILE;
    }
    if (start.startsWith("{")) {
      return schema(open)
          .map(schema -> schema.equals(Ledger.SCHEMA)
              ? Kind.ANALYSIS
              : schema.startsWith(CERTIFICATE)
                  ? Kind.CERTIFICATE
                  : schema.startsWith(POLICY) ? Kind.POLICY : Kind.FILE)
          .orElse(Kind.FILE);
    }
    return head.lines().anyMatch(line -> line.matches("schema:\\s*[\"']?" + POLICY + ".*"))
        ? Kind.POLICY
        : Kind.FILE;
  }

  private static boolean isBundle(FileChannel open) throws IOException {
    try {
      BundleFile.read("file", open);
      return true;
    } catch (BundleException e) {
      // Any other Parquet file is a file.
      return false;
    }
  }

  private static Optional<String> schema(FileChannel open) throws IOException {
    if (open.size() > JsonReader.MAX_CHARS) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(JsonReader.object(bytes(open)).textOrNull("schema"));
    } catch (JsonException e) {
      // Any other JSON is a file.
      return Optional.empty();
    }
  }

  private static Claim recording(Path file, FileChannel open, @Nullable String reason)
      throws IOException {
    BundleFile bundle;
    try {
      bundle = BundleFile.read(file.toString(), open);
    } catch (BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
    List<Manifest.RowGroup> groups = bundle.manifest().rowGroups();
    List<String> found = FileDigests.of(open, groups).rowGroups();
    for (int i = 0; i < groups.size(); i++) {
      if (!groups.get(i).sha256().equals(found.get(i))) {
        throw new CommandException(
            ExitCode.TAMPERED,
            "%s: row group %d is not what the manifest says; a changed bundle is not signed"
                .formatted(file, i));
      }
    }
    return new Claim(
        bundle.manifest().simulated() ? PredicateType.SIMULATED_RECORDING : PredicateType.RECORDING,
        reason(reason).put("manifest", bundle.manifestJson()).build());
  }

  private static Claim analysis(Path file, FileChannel open, @Nullable String reason)
      throws IOException {
    try {
      return repeated(Ledger.parse(bytes(open)), reason);
    } catch (JsonException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: not a ledger: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Json.Builder reason(@Nullable String reason) {
    Json.Builder predicate = Json.object();
    if (reason != null) {
      predicate.put("reason", reason);
    }
    return predicate;
  }

  private static byte[] bytes(FileChannel open) throws IOException {
    return bytes(open, 0, (int) Math.min(open.size(), JsonReader.MAX_CHARS));
  }

  private static String text(FileChannel open, long position, int length) throws IOException {
    return new String(
        bytes(open, position, (int) Math.min(length, open.size())), StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(FileChannel open, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && open.read(bytes, position + bytes.position()) >= 0) {
      // a read may stop short
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
