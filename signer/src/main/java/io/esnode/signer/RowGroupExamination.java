package io.esnode.signer;

import static io.esnode.signature.ReasonCode.ARTIFACT_MISSING;
import static io.esnode.signature.ReasonCode.NOT_A_BUNDLE;
import static io.esnode.signature.ReasonCode.ROW_GROUP_MISMATCH;

import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Some row groups of a recording under verification; no byte outside them is read. Used once; not thread-safe. */
final class RowGroupExamination {
  private static final int BLOCK = 1 << 16;
  private static final int NAMED = 8;

  private final FileChannel open;
  private final List<Manifest.RowGroup> groups;
  private final List<Verdict.Check> checks;

  private RowGroupExamination(
      FileChannel open, List<Manifest.RowGroup> groups, List<Verdict.Check> checks) {
    this.open = open;
    this.groups = groups;
    this.checks = checks;
  }

  /** @param skipped takes what was not looked at */
  static void check(
      FileChannel open,
      RowSelection rows,
      SignatureExamination signature,
      List<Verdict.Check> checks,
      List<String> skipped)
      throws IOException {
    if (signature.manifest() == null) {
      checks.add(
          new Verdict.Check(
              NOT_A_BUNDLE,
              false,
              "rows: the statement is not about a recording, so it vouches for no row group; verify the whole file"));
      return;
    }
    new RowGroupExamination(open, signature.rowGroups(), checks).check(rows, skipped);
  }

  private void check(RowSelection rows, List<String> skipped) throws IOException {
    for (RowSelection.Part part : rows.without(groups)) {
      fail(
          ARTIFACT_MISSING,
          "rows: found no row group of %s, expected %s"
              .formatted(
                  part,
                  groups.isEmpty()
                      ? "none: the recording has no rows"
                      : "numbers 0 to %d, kinds %s".formatted(groups.size() - 1, kinds())));
    }
    List<String> intact = new ArrayList<>();
    List<String> others = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      Manifest.RowGroup group = groups.get(i);
      if (!rows.takes(i, group)) {
        others.add(name(i, group));
      } else if (checkOne(i, group)) {
        intact.add(name(i, group));
        bytes += group.bytes();
      }
    }
    if (!intact.isEmpty()) {
      checks.add(new Verdict.Check(
          ROW_GROUP_MISMATCH,
          true,
          "rows: these are as they were signed, whatever happened to the rest of the file: %s"
              .formatted(some(intact))));
    }
    skipped.add(
        "digest of the whole file: only the %d bytes of the rows above were read".formatted(bytes));
    skipped.add("manifest against the footer: the footer was not read");
    if (!others.isEmpty()) {
      skipped.add("other rows: " + some(others));
    }
  }

  private boolean checkOne(int index, Manifest.RowGroup group) throws IOException {
    String found = group.offset() > open.size() - group.bytes() ? "" : sha256(group);
    if (found.equals(group.sha256())) {
      return true;
    }
    fail(
        ROW_GROUP_MISMATCH,
        "row group %s, %d bytes at %d: found %s, expected SHA-256 %s; do not use these rows"
            .formatted(
                name(index, group),
                group.bytes(),
                group.offset(),
                found.isEmpty() ? "the end of the file" : "SHA-256 " + found,
                Excerpt.of(group.sha256()).replace("\"", "")));
    return false;
  }

  private String sha256(Manifest.RowGroup group) throws IOException {
    MessageDigest digest = Sha256.digest();
    ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, group.bytes()));
    long end = group.offset() + group.bytes();
    for (long position = group.offset(); position < end; ) {
      block.clear().limit((int) Math.min(block.capacity(), end - position));
      int read = open.read(block, position);
      if (read < 0) {
        return "";
      }
      digest.update(block.array(), 0, read);
      position += read;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private String kinds() {
    return groups.stream()
        .map(group -> Excerpt.of(group.kind()).replace("\"", ""))
        .distinct()
        .limit(100)
        .collect(Collectors.joining(", "));
  }

  private static String name(int index, Manifest.RowGroup group) {
    return "%d (%s, %d rows)"
        .formatted(index, Excerpt.of(group.kind()).replace("\"", ""), group.rows());
  }

  private static String some(List<String> names) {
    int more = names.size() - NAMED;
    return String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }

  private void fail(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, false, message));
  }
}
