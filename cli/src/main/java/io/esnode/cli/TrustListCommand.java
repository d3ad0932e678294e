package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.Trusted;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedIdentity;
import io.esnode.signer.TrustedKey;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode trust list}. */
@Command(
    name = "list",
    description = "Show who is trusted, and who is no more: keys, identities, authorities.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  esnode trust list", "  esnode trust list --format json"})
final class TrustListCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustCommand.Directory directory = new TrustCommand.Directory();

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Override
  public Integer call() {
    TrustDirectory trust = directory.open();
    List<Trusted> entries = TrustCommand.changed(trust::entries);
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      out.print(json(trust, entries).pretty());
      return ExitCode.OK;
    }
    if (entries.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("nobody in %s; add a key with 'esnode trust add PUB.pem'"
              .formatted(Text.oneLine(trust.path().toString())));
    }
    for (Trusted entry : entries) {
      out.println(line(entry));
    }
    return ExitCode.OK;
  }

  private static String line(Trusted entry) {
    TrustedKey.Revocation revocation = entry.revocation();
    String text = "%s  %s%s%s"
        .formatted(
            entry.label(),
            what(entry),
            limits(entry.validFrom(), entry.validUntil()),
            revocation == null
                ? ""
                : "  (revoked at %s: %s)".formatted(revocation.at(), revocation.reason()));
    return "%s  %s  %s"
        .formatted(
            revocation == null ? "trusted" : "revoked", entry.id(), Text.oneLine(text.strip()));
  }

  private static String what(Trusted entry) {
    if (entry instanceof TrustedIdentity identity) {
      return "identity%s %s by %s"
          .formatted(identity.pattern() ? " like" : "", identity.subject(), identity.issuer());
    }
    if (entry instanceof TrustedAuthority authority) {
      return authority.site() ? "the site's time stamping authority" : "time stamping authority";
    }
    TrustedKey key = (TrustedKey) entry;
    return "key for %s, added %s"
        .formatted(
            String.join(
                ", ", key.purposes().stream().map(p -> p.word()).sorted().toList()),
            key.added());
  }

  private static String limits(@Nullable Instant from, @Nullable Instant until) {
    return (from == null ? "" : ", from " + from) + (until == null ? "" : ", until " + until);
  }

  private static Json.Obj json(TrustDirectory trust, List<Trusted> entries) {
    return Json.object()
        .put("schema", "esnode.trust/1")
        .put("directory", trust.path().toString())
        .put("keys", of(TrustedKey.class, entries))
        .put("identities", of(TrustedIdentity.class, entries))
        .put("authorities", of(TrustedAuthority.class, entries))
        .build();
  }

  private static Json of(Class<? extends Trusted> kind, List<Trusted> entries) {
    return Json.array(
        entries.stream().filter(kind::isInstance).map(Trusted::toJson).toList());
  }
}
