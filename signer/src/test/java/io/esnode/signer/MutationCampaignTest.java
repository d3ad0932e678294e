package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Wrong sidecars by the thousand: none is accepted, none ends in anything but a verdict with a reason. The table it prints stands in
 * {@code docs/reference/security.md}.
 */
@Execution(ExecutionMode.CONCURRENT)
class MutationCampaignTest {
  private static final Path PAGE = Path.of("../docs/reference/security.md");

  /** So long that a parser which keeps what it skips shows. */
  private static final int LONG = Sidecar.MAX_BYTES - (64 << 10);

  @TempDir
  Path dir;

  private Path file;
  private Path sidecar;
  private byte[] good;
  private String text;

  private final Map<String, Row> matrix = new LinkedHashMap<>();

  /** One class of mutants. */
  private static final class Row {
    private int tried;
    private int rejected;
    private final Map<String, Integer> codes = new TreeMap<>();
  }

  @BeforeEach
  void sign() throws IOException {
    file = Samples.signedBundle(dir);
    sidecar = SidecarFile.of(file);
    good = Files.readAllBytes(sidecar);
    text = new String(good, StandardCharsets.US_ASCII);
    assertThat(verdict(Samples.bundles(Samples.KEY)).exit()).isZero();
  }

  @Test
  void noMutantIsAcceptedAndEachHasItsReason() throws IOException {
    bytes();
    members();
    wrongKinds();
    sizes();
    base64();
    signers();
    statements();
    otherFiles();
    times();

    matrix.forEach((name, row) -> assertThat(row.rejected).as(name).isEqualTo(row.tried));
    String table = table();
    System.out.println(table);
    assertThat(headings(Files.readString(PAGE))).containsExactlyElementsOf(matrix.keySet());
  }

  /** Names of the rows of the page's table. */
  private static List<String> headings(String page) {
    return page.substring(page.indexOf("| class |"))
        .lines()
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> line.split("\\|", -1)[1].strip())
        .toList();
  }

  private String table() {
    StringBuilder table =
        new StringBuilder("| class | tried | rejected | reasons |\n|---|---:|---:|---|\n");
    matrix.forEach((name, row) -> table.append("| %s | %d | %d | %s |\n"
        .formatted(name, row.tried, row.rejected, String.join(", ", row.codes.keySet()))));
    return table.toString();
  }

  private void bytes() throws IOException {
    int[] masks = {0x01, 0x20, 0x80, 0xff};
    for (int i = 0; i < good.length; i++) {
      byte[] mutant = good.clone();
      mutant[i] ^= (byte) masks[i % masks.length];
      tried("each byte of the sidecar changed", mutant);
    }
    for (int i = 0; i < good.length; i += 5) {
      tried("cut after a byte", Arrays.copyOf(good, i));
    }
    for (int i = 0; i < good.length; i += 11) {
      byte[] shorter = new byte[good.length - 1];
      System.arraycopy(good, 0, shorter, 0, i);
      System.arraycopy(good, i + 1, shorter, i, shorter.length - i);
      tried("a byte of the sidecar left out", shorter);
    }
  }

  private void members() throws IOException {
    Json.Obj bundle = json();
    for (String member : List.of(
        "mediaType",
        "verificationMaterial",
        "publicKey",
        "hint",
        "dsseEnvelope",
        "payload",
        "payloadType",
        "signatures",
        "sig")) {
      String name = "\"%s\":".formatted(member);
      tried("a member left out", ascii(changed(bundle, member, null)));
      tried("a member twice", text.replace(name, name + "\"\"," + name));
      for (Json value : List.of(
          Json.Null.NULL,
          Json.of(true),
          Json.of(7),
          Json.of(""),
          Json.of("\u202e"),
          Json.array(List.of()),
          Json.array(List.of(Json.of("x"))),
          Json.object().build())) {
        tried("a member of another type or empty", ascii(changed(bundle, member, value)));
      }
    }
  }

  private void wrongKinds() throws IOException {
    for (String type : List.of(
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        "APPLICATION/VND.DEV.SIGSTORE.BUNDLE.V0.3+JSON",
        "application/json")) {
      tried("wrong media type", text.replace(Sidecar.MEDIA_TYPE, type));
    }
    for (String type : List.of("application/vnd.in-toto+yaml", "application/json", "text/plain")) {
      tried("wrong payload type", text.replace(Dsse.IN_TOTO, type));
    }
    String sig = text.substring(text.indexOf("{\"sig\""), text.indexOf("]}"));
    tried("two signatures", text.replace(sig, sig + "," + sig));
    tried("two signatures", text.replace(sig, sig + ",{\"sig\":\"AA==\"}"));
    tried("two signatures", text.replace(sig, "{\"sig\":\"AA==\"}," + sig));
    for (String certificate : List.of(
        "\"certificate\":{\"rawBytes\":\"AAAA\"}",
        "\"certificate\":{}",
        "\"x509CertificateChain\":{\"certificates\":[]}",
        "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAAA\"}]}")) {
      tried(
          "a certificate that is none, beside or instead of the key",
          text.replace("\"publicKey\":{", certificate + ",\"publicKey\":{"));
      tried(
          "a certificate that is none, beside or instead of the key",
          text.replaceFirst("\"publicKey\":\\{[^}]*}", certificate));
    }
    String digest = StrictBase64.encode(new byte[32]);
    for (String message : List.of(
        "\"messageSignature\":{}",
        "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"%s\"},\"signature\":\"AAAA\"}"
            .formatted(digest))) {
      tried(
          "a plain signature beside or instead of the statement",
          text.replace("\"mediaType\"", message + ",\"mediaType\""));
      tried(
          "a plain signature beside or instead of the statement",
          text.replaceFirst("\"dsseEnvelope\":\\{.*?]}", message));
    }
  }

  private void sizes() throws IOException {
    tried("oversized", text + " ".repeat(Sidecar.MAX_BYTES));
    tried("oversized", text.replace("{\"dsse", "{\"x\":\"" + "y".repeat(LONG * 2) + "\",\"dsse"));
    for (String deep : List.of("{\"a\":", "[", "[{\"a\":")) {
      tried("deep nesting", deep.repeat(100_000));
      tried("deep nesting", "{\"x\":" + deep.repeat(5_000) + "," + text.substring(1));
    }
    for (String none : List.of("", " ", "null", "[]", "{}", "\ufeff" + text, text + text, "PAR1")) {
      tried("not one object", none);
    }
  }

  private void base64() throws IOException {
    for (String member : List.of("sig", "payload", "hint")) {
      String value = value(member);
      for (String other : List.of(
          value.replace("=", ""),
          value + "=",
          value + "\\n",
          " " + value,
          value.substring(0, 4) + "\\n" + value.substring(4),
          value.replace('+', '-').replace('/', '_') + "-",
          freeBits(value))) {
        if (!other.equals(value)) {
          tried("base64 not in its one form", text.replace(value, other));
        }
      }
    }
  }

  /** The same bytes, with a bit set that nobody reads; the text itself where there is none. */
  private static String freeBits(String base64) {
    int padding = base64.indexOf('=');
    if (padding < 0) {
      return base64;
    }
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int last = alphabet.indexOf(base64.charAt(padding - 1));
    return base64.substring(0, padding - 1) + alphabet.charAt(last | 1) + base64.substring(padding);
  }

  private void signers() throws IOException {
    byte[] payload = Sidecar.parse(good).payload().orElseThrow();
    tried("signed by another key", signed(Samples.OTHER_KEY, payload));
    tried(
        "signed by another key",
        Sidecar.of(
                Samples.KEY.verifyingKey().hint(), payload, signature(Samples.OTHER_KEY, payload))
            .toBytes());
    tried(
        "signed by another key",
        Sidecar.of(
                Samples.OTHER_KEY.verifyingKey().hint(), payload, signature(Samples.KEY, payload))
            .toBytes());
    byte[] signature = signature(Samples.KEY, payload);
    for (byte[] wrong : List.of(
        new byte[64],
        new byte[72],
        new byte[] {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00},
        new byte[] {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01},
        Arrays.copyOf(signature, signature.length + 1),
        Arrays.copyOf(signature, signature.length - 1),
        Samples.KEY.sign(payload))) {
      tried(
          "no signature of this statement",
          Sidecar.of(Samples.KEY.verifyingKey().hint(), payload, wrong).toBytes());
    }
  }

  /** Signed by the trusted key, and yet not a statement about this file. */
  private void statements() throws IOException {
    String statement =
        new String(Sidecar.parse(good).payload().orElseThrow(), StandardCharsets.US_ASCII);
    Json.Obj parsed = JsonReader.object(statement.getBytes(StandardCharsets.US_ASCII));
    for (String member : List.of("_type", "subject", "predicateType", "predicate")) {
      signedByTrusted("a member of the signed statement left out", changed(parsed, member, null));
      for (Json value : List.of(Json.Null.NULL, Json.of(1), Json.of("x"), Json.array(List.of()))) {
        signedByTrusted(
            "a member of the signed statement of another type", changed(parsed, member, value));
      }
      String name = "\"%s\":".formatted(member);
      triedStatement(
          "a member of the signed statement twice", statement.replace(name, name + "0," + name));
    }
    for (String type : List.of(
        Samples.NOTE_TYPE,
        "https://esnode.io/attestations/recording/v2",
        "https://esnode.io/attestations/simulated-recording/v1",
        "https://slsa.dev/provenance/v1",
        "none",
        "")) {
      signedByTrusted("a foreign predicate", changed(parsed, "predicateType", Json.of(type)));
    }
    for (String digest : List.of("", "00", "f".repeat(64), "F".repeat(64))) {
      signedByTrusted(
          "a statement about another file",
          changed(parsed, "digest", Json.object().put("sha256", digest).build()));
    }
    signedByTrusted(
        "a statement about another file",
        changed(parsed, "digest", Json.object().build()));
    for (String junk : List.of("", "x", "[]", statement + "x", "\ufeff" + statement)) {
      triedStatement("a signed payload that is no statement", junk);
    }
  }

  private void otherFiles() throws IOException {
    Path other = dir.resolve("other.parquet");
    Samples.bundle(other, true);
    byte[] mine = Files.readAllBytes(file);
    Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
    tried("another file's sidecar (swapped, replayed)", good);
    Files.write(file, mine);
    Samples.sign(
        Samples.KEY,
        file,
        Samples.NOTE_TYPE,
        Json.object().put("note", "of the same file").build());
    tried("another file's sidecar (swapped, replayed)", Files.readAllBytes(sidecar));
    Path note = Samples.signedNote(dir, "note.txt", "of a note");
    tried("another file's sidecar (swapped, replayed)", Files.readAllBytes(SidecarFile.of(note)));
  }

  private void times() throws IOException {
    Files.write(sidecar, good);
    Instant from = Samples.NOW.minusSeconds(60);
    Instant until = Samples.NOW.plusSeconds(60);
    for (Instant clock :
        List.of(Instant.EPOCH, from.minusNanos(1), until, until.plusSeconds(1), Instant.MAX)) {
      TrustedKey limited =
          new TrustedKey("lab", Samples.KEY.verifyingKey(), from, from, until, null);
      record("a clock outside the key's validity", verdict(verifier(limited, clock)));
    }
    for (Instant compromised : Arrays.asList(null, Instant.EPOCH, Samples.NOW, Instant.MAX)) {
      TrustedKey revoked = new TrustedKey(
          "lab",
          Samples.KEY.verifyingKey(),
          from,
          null,
          null,
          new TrustedKey.Revocation(Samples.NOW, compromised, "lost"));
      record("a revoked key, and no trusted time", verdict(verifier(revoked, Samples.NOW)));
    }
    record("a key that nobody trusts", verdict(Samples.bundles()));
    record("a key that nobody trusts", verdict(Samples.bundles(Samples.OTHER_KEY)));
  }

  private static SidecarVerifier verifier(TrustedKey key, Instant clock) {
    return new SidecarVerifier(TrustedKeys.of(List.of(key)), PredicateType.RECORDINGS, clock);
  }

  private void signedByTrusted(String name, Json.Obj statement) throws IOException {
    triedStatement(name, statement.ascii());
  }

  private void triedStatement(String name, String statement) throws IOException {
    tried(name, signed(Samples.KEY, statement.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] signed(SigningKey key, byte[] payload) throws IOException {
    if (payload.length == 0) {
      payload = new byte[] {' '};
    }
    return Sidecar.of(key.verifyingKey().hint(), payload, signature(key, payload))
        .toBytes();
  }

  private static byte[] signature(SigningKey key, byte[] payload) throws IOException {
    return key.sign(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload));
  }

  private void tried(String name, String mutant) throws IOException {
    tried(name, mutant.getBytes(StandardCharsets.UTF_8));
  }

  private void tried(String name, byte[] mutant) throws IOException {
    if (!Arrays.equals(mutant, good) || name.startsWith("another file")) {
      Files.write(sidecar, mutant);
      record(name, verdict(Samples.bundles(Samples.KEY)));
    }
  }

  private Verdict verdict(SidecarVerifier verifier) {
    return verifier.verify(file);
  }

  private void record(String name, Verdict verdict) {
    Row row = matrix.computeIfAbsent(name, n -> new Row());
    row.tried++;
    if (verdict.exit() != 0 && verdict.trust() != TrustState.TRUSTED_SIGNER) {
      row.rejected++;
      verdict.checks().stream()
          .filter(check -> !check.passed())
          .map(check -> check.reason().code())
          .distinct()
          .forEach(code -> row.codes.merge(code, 1, Integer::sum));
    }
    assertThat(verdict.worst()).as(name).isPresent();
  }

  private Json.Obj json() throws IOException {
    return JsonReader.object(good);
  }

  private String value(String member) {
    int from = text.indexOf("\"%s\":\"".formatted(member)) + member.length() + 4;
    return text.substring(from, text.indexOf('"', from));
  }

  private static byte[] ascii(Json.Obj object) {
    return object.ascii().getBytes(StandardCharsets.US_ASCII);
  }

  /** The object with every member of this name, however deep, set to a value, or left out where that is null. */
  private static Json.Obj changed(Json.Obj object, String member, @Nullable Json value) {
    Json.Builder copy = Json.object();
    object.members().forEach((name, old) -> {
      if (!name.equals(member)) {
        copy.put(name, deeper(old, member, value));
      } else if (value != null) {
        copy.put(name, value);
      }
    });
    return copy.build();
  }

  private static Json deeper(Json json, String member, @Nullable Json value) {
    if (json instanceof Json.Obj object) {
      return changed(object, member, value);
    }
    if (json instanceof Json.Arr array) {
      Collection<Json> items = new ArrayList<>();
      array.items().forEach(item -> items.add(deeper(item, member, value)));
      return Json.array(items);
    }
    return json;
  }
}
