package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.Dsse;
import io.esnode.signer.Judgement;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.KeylessVerifier;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarException;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode conformance}: speaks to the conformance suite of Sigstore (github.com/sigstore/sigstore-conformance). */
@Command(
    name = "conformance",
    hidden = true,
    description = "Answer the conformance suite of Sigstore.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ConformanceCommand.VerifyBundle.class)
final class ConformanceCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "no command given, expected 'verify-bundle'");
  }

  /** {@code esnode conformance verify-bundle}. */
  @Command(
      name = "verify-bundle",
      description = "Verify a bundle and what it is about.",
      mixinStandardHelpOptions = true)
  static final class VerifyBundle implements Callable<Integer> {
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-fA-F]{64})");

    @Option(
        names = "--staging",
        description = "Refused: there is no root of the staging instance here.")
    private boolean staging;

    @Option(names = "--bundle", required = true, paramLabel = "FILE", description = "The bundle.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path bundle;

    @Option(
        names = "--certificate-identity",
        paramLabel = "ID",
        description = "Who must have signed.")
    private @Nullable String identity;

    @Option(
        names = "--certificate-oidc-issuer",
        paramLabel = "URL",
        description = "Who must have said so.")
    private @Nullable String issuer;

    @Option(names = "--key", paramLabel = "PUB.pem", description = "The key that must have signed.")
    private @Nullable Path keyFile;

    @Option(
        names = "--trusted-root",
        paramLabel = "FILE",
        description = "trusted_root.json (default: the one of the public instance).")
    private @Nullable Path trustedRoot;

    @Parameters(paramLabel = "FILE_OR_DIGEST", description = "A file, or sha256:HEX.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String artefact;

    @Override
    public Integer call() {
      if (staging) {
        throw new CommandException(
            ExitCode.USAGE, "--staging: there is no root of the staging instance here");
      }
      if (keyFile == null ? identity == null || issuer == null : identity != null) {
        throw new CommandException(
            ExitCode.USAGE,
            "expected --certificate-identity and --certificate-oidc-issuer, or --key");
      }
      try {
        byte[] bytes = Files.readAllBytes(bundle);
        if (keyFile == null) {
          checkCertificate(bytes);
          checkSubject(Sidecar.parse(bytes));
        } else {
          VerifyingKey key = VerifyingKey.load(keyFile);
          byte[] named = naming(key, bytes);
          checkKey(key, Sidecar.parse(named), named);
          checkSubject(Sidecar.parse(named));
        }
        return ExitCode.OK;
      } catch (SidecarException | JsonException e) {
        throw refused(ReasonCode.SIDECAR_MALFORMED, String.valueOf(e.getMessage()));
      } catch (KeyFileException e) {
        throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
      } catch (IOException e) {
        throw new CommandException(ExitCode.EVIDENCE_MISSING, String.valueOf(Reason.of(e)), e);
      }
    }

    private KeylessVerifier verifier() {
      return trustedRoot == null
          ? GivenTrustedRoot.publicGood()
          : GivenTrustedRoot.read(trustedRoot);
    }

    private void checkCertificate(byte[] bytes) {
      Judgement judged = verifier().certificate(bytes);
      check(judged);
      Verdict.Identity found = judged.signer() == null ? null : judged.signer().identity();
      if (found == null || !found.subject().equals(identity) || !found.issuer().equals(issuer)) {
        throw refused(
            ReasonCode.IDENTITY_UNKNOWN,
            "found %s, expected %s"
                .formatted(
                    found, new Verdict.Identity(String.valueOf(issuer), String.valueOf(identity))));
      }
    }

    private void checkKey(VerifyingKey key, Sidecar sidecar, byte[] bytes) {
      boolean holds = sidecar
          .payload()
          .map(payload -> key.verifies(
              Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload), sidecar.signature()))
          .orElseGet(
              () -> key.verifiesDigest(sidecar.messageDigest().orElseThrow(), sidecar.signature()));
      if (!holds) {
        throw refused(ReasonCode.SIGNATURE_INVALID, "does not match key " + key);
      }
      if (sidecar.logged()) {
        check(verifier().logEntries(bytes, key));
      }
    }

    /** The key was given: what the bundle says of it selects nothing. */
    private static byte[] naming(VerifyingKey key, byte[] bytes) throws JsonException {
      Json.Obj json = JsonReader.object(bytes);
      Json.Obj material = json.obj("verificationMaterial");
      if (!material.has("publicKey")) {
        return bytes;
      }
      String hint = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(key.keyId()));
      Json.Obj named =
          with(material, "publicKey", Json.object().put("hint", hint).build());
      return with(json, "verificationMaterial", named).canonical().getBytes(StandardCharsets.UTF_8);
    }

    private static Json.Obj with(Json.Obj object, String member, Json value) {
      Json.Builder builder = Json.object();
      object.members().forEach((name, old) -> builder.put(name, name.equals(member) ? value : old));
      return builder.build();
    }

    private void checkSubject(Sidecar sidecar) throws IOException {
      String digest = digest();
      List<String> signed = new ArrayList<>();
      if (sidecar.payload().isPresent()) {
        Json.Obj statement = JsonReader.object(sidecar.payload().get());
        for (Json.Obj subject : statement.arr("subject").objects()) {
          if (subject.obj("digest").has("sha256")) {
            signed.add(subject.obj("digest").text("sha256"));
          }
        }
      } else {
        signed.add(HexFormat.of().formatHex(sidecar.messageDigest().orElseThrow()));
      }
      if (!signed.contains(digest)) {
        throw refused(ReasonCode.DIGEST_MISMATCH, "found %s".formatted(digest));
      }
    }

    private String digest() throws IOException {
      Matcher given = DIGEST.matcher(artefact);
      if (given.matches() && !Files.exists(Path.of(artefact))) {
        return HexFormat.of().formatHex(HexFormat.of().parseHex(given.group(1)));
      }
      MessageDigest sha256 = Sha256.digest();
      try (InputStream file = Files.newInputStream(Path.of(artefact))) {
        file.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
      }
      return HexFormat.of().formatHex(sha256.digest());
    }

    private static void check(Judgement judged) {
      for (Verdict.Check check : judged.checks()) {
        if (!check.passed()) {
          throw refused(check.reason(), check.message());
        }
      }
    }

    private static CommandException refused(ReasonCode reason, String message) {
      return new CommandException(
          reason.exit(), "%s %s: %s".formatted(reason.code(), reason.name(), message));
    }
  }
}
