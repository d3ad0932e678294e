package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.Purpose;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.Trusted;
import io.esnode.signer.TrustedIdentity;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode trust add}. */
@Command(
    name = "add",
    description =
        "Trust what a public key signs, whom a certificate names, or the stamps of an authority, until it is revoked.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode trust add node7.pub --label node7",
      "  esnode trust add lawyer.pub --purpose custody --valid-until 2027-06-30T00:00:00Z",
      "  esnode trust add --identity ops@example.org --issuer https://accounts.example.org",
      "  esnode trust add --tsa tsa-chain.pem --site --label site-tsa",
      "Compare the key id that is printed with the one its owner reads to you."
    })
final class TrustAddCommand implements Callable<Integer> {
  private static final int MAX_CERTIFICATES = 64 << 10;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustCommand.Changed directory = new TrustCommand.Changed();

  @ArgGroup(exclusive = true, multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Who who;

  @Option(names = "--issuer", paramLabel = "URL", description = "Who said so of the identity.")
  private @Nullable String issuer;

  @Option(
      names = "--site",
      description = "The authority is the site's own: its stamps are labelled site-TSA.")
  private boolean site;

  @Option(
      names = "--purpose",
      paramLabel = "P",
      split = ",",
      description =
          "What a key may sign: evidence, policy, key-events, custody; may be repeated (default: evidence).")
  private List<String> purposes = List.of();

  @Option(
      names = "--valid-from",
      paramLabel = "TIME",
      converter = TrustCommand.TimeConverter.class,
      description = "Accept nothing from before, such as 2026-11-01T00:00:00Z.")
  private @Nullable Instant from;

  @Option(
      names = "--valid-until",
      paramLabel = "TIME",
      converter = TrustCommand.TimeConverter.class,
      description = "Accept nothing from then on.")
  private @Nullable Instant until;

  @Option(
      names = "--label",
      paramLabel = "L",
      description = "Name for it (default: the file's name without its ending, or the subject).")
  private @Nullable String label;

  /** Whom to trust: one of these. */
  static final class Who {
    @Parameters(paramLabel = "PUB.pem", description = "The public key.")
    private @Nullable Path key;

    @Option(
        names = "--identity",
        paramLabel = "SUBJECT",
        description = "Whom a certificate names: an e-mail address, the URL of a workflow; exact.")
    private @Nullable String identity;

    @Option(
        names = "--identity-regexp",
        paramLabel = "RE",
        description = "The same as a regular expression for the whole of it.")
    private @Nullable String pattern;

    @Option(
        names = "--tsa",
        paramLabel = "CERTS.pem",
        description = "Certificates of a time stamping authority, up to its root.")
    private @Nullable Path authority;
  }

  @Override
  public Integer call() {
    if (from != null && until != null && !from.isBefore(until)) {
      throw usage("--valid-from %s: not before --valid-until %s".formatted(from, until));
    }
    TrustDirectory trust = directory.open(spec.commandLine());
    Trusted added = TrustCommand.changed(() -> add(trust));
    spec.commandLine()
        .getOut()
        .println("trusted  %s  %s".formatted(added.id(), Text.oneLine(added.label())));
    return ExitCode.OK;
  }

  private Trusted add(TrustDirectory trust) throws IOException {
    requireFittingOptions();
    Instant now = TrustCommand.now();
    if (who.key != null) {
      return trust.add(
          VerifyingKey.load(who.key),
          purposes(),
          label == null ? TrustCommand.labelOf(who.key) : label,
          from,
          until,
          now);
    }
    if (who.authority != null) {
      return trust.add(
          who.authority.toString(),
          certificates(who.authority),
          label == null ? TrustCommand.labelOf(who.authority) : label,
          site,
          from,
          until,
          now);
    }
    String subject = who.identity != null ? who.identity : String.valueOf(who.pattern);
    return trust.add(
        identity(subject, label == null ? TrustedKey.fittingLabel(subject) : label), now);
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private TrustedIdentity identity(String subject, String name) {
    return new TrustedIdentity(
        name, String.valueOf(issuer), subject, who.pattern != null, from, until, null);
  }

  private void requireFittingOptions() {
    boolean identity = who.identity != null || who.pattern != null;
    if (identity != (issuer != null)) {
      throw usage(
          identity
              ? "--identity: say who vouches for it with --issuer URL"
              : "--issuer: goes with --identity or --identity-regexp");
    }
    if (site && who.authority == null) {
      throw usage("--site: goes with --tsa");
    }
    if (!purposes.isEmpty() && who.key == null) {
      throw usage("--purpose: goes with a public key");
    }
  }

  private Set<Purpose> purposes() {
    if (purposes.isEmpty()) {
      return Set.of(Purpose.EVIDENCE);
    }
    Set<Purpose> found = EnumSet.noneOf(Purpose.class);
    for (String word : purposes) {
      found.add(Purpose.find(word)
          .orElseThrow(
              () -> usage("--purpose: found '%s', expected evidence, policy, key-events or custody"
                  .formatted(word))));
    }
    return found;
  }

  private static byte[] certificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_CERTIFICATES + 1);
      if (bytes.length > MAX_CERTIFICATES) {
        throw new KeyFileException("%s: more than %d bytes, expected certificates in PEM"
            .formatted(file, MAX_CERTIFICATES));
      }
      return bytes;
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
