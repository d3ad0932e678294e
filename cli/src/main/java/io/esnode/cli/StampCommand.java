package io.esnode.cli;

import io.esnode.bundle.AtomicFile;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Judgement;
import io.esnode.signer.Sidecar;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.TrustException;
import io.esnode.signer.TrustedAuthority;
import io.esnode.stamp.StampException;
import io.esnode.stamp.StampQuery;
import io.esnode.stamp.TsaVerifier;
import io.esnode.tsa.TsaClient;
import io.esnode.tsa.TsaException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** {@code esnode stamp}: has somebody else say when a signature existed, and keeps the answer in its sidecar. */
@Command(
    name = "stamp",
    description =
        "Add a time stamp (RFC 3161) to signatures that are there already. The authority sees the SHA-256 of the signature alone.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode stamp --url https://tsa.example/ --tsa tsa.pem incident.parquet",
      "  esnode stamp --request incident.tsq incident.parquet    where there is no network",
      "  esnode stamp --response incident.tsr --site-tsa tsa.pem incident.parquet",
      "  esnode verify --tsa tsa.pem incident.parquet",
      "Exit status: 2 a stamp does not hold, 3 no signature, 4 nobody here vouches for the authority,",
      "5 an answer that is none, 74 no answer; then the sidecar is as it was."
    })
final class StampCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int NONCE_BITS = 64;
  private static final int MAX_ANSWER = 64 << 10;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Way way;

  /** One of three. */
  static final class Way {
    @Option(
        names = "--url",
        paramLabel = "URL",
        description = "Ask the authority at this address, http or https, within 30 s.")
    private @Nullable URI url;

    @Option(
        names = "--request",
        paramLabel = "FILE.tsq",
        description = "Write the question to this new file, and ask nobody.")
    private @Nullable Path request;

    @Option(
        names = "--response",
        paramLabel = "FILE.tsr",
        description = "Add the authority's answer, which was brought back.")
    private @Nullable Path response;
  }

  @Mixin
  private TsaOptions tsas = new TsaOptions();

  @Option(
      names = "--sidecar",
      paramLabel = "FILE",
      description =
          "Stamp this signature instead of FILE.sigstore.json: somebody else's, FILE.KEYID.sigstore.json.")
  private @Nullable Path sidecar;

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Signed files; they are not read.")
  private List<Path> files = new ArrayList<>();

  /** Those that this machine trusts. */
  private static List<TrustedAuthority> known() {
    try {
      return new TrustDirectory(Home.of(System.getenv()).trust()).authorities();
    } catch (TrustException e) {
      throw new CommandException(e.exit(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Integer call() {
    requireFittingOptions();
    Instant now = Instant.now();
    List<TrustedAuthority> authorities = tsas.with(known());
    List<Json> done = new ArrayList<>();
    int exit = ExitCode.OK;
    for (Path file : files) {
      try {
        Json.Obj answer = way.request == null
            ? stamp(file, new TsaVerifier(authorities, now))
            : writeQuery(file, way.request);
        done.add(answer);
      } catch (CommandException e) {
        spec.commandLine()
            .getErr()
            .println("esnode: " + Text.oneLine(String.valueOf(e.getMessage())));
        exit = ExitCode.worst(exit, e.exit());
      }
    }
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(Json.object()
              .put("schema", "esnode.stamp/1")
              .put("files", Json.array(done))
              .put("exit", exit)
              .build()
              .pretty());
    }
    return exit;
  }

  private void requireFittingOptions() {
    if (files.size() > 1 && (way.url == null || sidecar != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "found %d files, expected one with --request, --response or --sidecar"
              .formatted(files.size()));
    }
    if (way.url != null && !TsaClient.canAsk(way.url)) {
      throw new ParameterException(
          spec.commandLine(),
          "--url: found '%s', expected an address such as https://tsa.example/".formatted(way.url));
    }
  }

  private Json.Obj writeQuery(Path file, Path request) {
    StampQuery query = query(read(sidecarOf(file)));
    try {
      AtomicFile.writeNew(request, query.toBytes(), PosixFilePermissions.fromString("rw-r--r--"));
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          request + ": exists already, and is not overwritten; choose another --request",
          e);
    } catch (IOException e) {
      throw cannotWrite(request, e);
    }
    say("request  %s  of %s; add the authority's answer with --response".formatted(request, file));
    return Json.object()
        .put("name", file.toString())
        .put("request", request.toString())
        .build();
  }

  private Json.Obj stamp(Path file, TsaVerifier verifier) {
    Path path = sidecarOf(file);
    Sidecar read = read(path);
    byte[] response = way.response == null ? asked(read) : brought(way.response);
    TrustedTime time = checked(file, verifier.verify(read.signature(), response));
    if (read.stamps().stream().noneMatch(stamp -> Arrays.equals(stamp, response))) {
      write(path, read.withStamp(response));
    }
    say("stamped  %s  %s by %s (%s)"
        .formatted(file, time.at(), time.authority(), time.source().word()));
    return Json.object()
        .put("name", file.toString())
        .put("sidecar", path.toString())
        .put("time", time.at().toString())
        .put("source", time.source().word())
        .put("authority", time.authority())
        .build();
  }

  private Path sidecarOf(Path file) {
    return sidecar == null ? SidecarFile.of(file) : sidecar;
  }

  private static Sidecar read(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return Sidecar.parse(in.readNBytes(Sidecar.MAX_BYTES + 1));
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          path + ": no such file, expected a signature; only what is signed can be stamped",
          e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, "%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static StampQuery query(Sidecar read) {
    return new StampQuery(read.signature(), new BigInteger(NONCE_BITS, new SecureRandom()));
  }

  private byte[] asked(Sidecar read) {
    URI url = way.url;
    if (url == null) {
      throw new IllegalStateException("nobody to ask");
    }
    StampQuery query = query(read);
    try {
      byte[] response = new TsaClient(LIMIT).ask(url, query.toBytes());
      query.checkAnsweredBy(response);
      return response;
    } catch (TsaException e) {
      throw new CommandException(
          e.answered() ? ExitCode.MALFORMED : ExitCode.CANNOT_WRITE,
          "%s: %s".formatted(url, e.getMessage()),
          e);
    } catch (StampException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: the answer %s".formatted(url, e.getMessage()), e);
    }
  }

  private static byte[] brought(Path response) {
    try (InputStream in = Files.newInputStream(response)) {
      return in.readNBytes(MAX_ANSWER + 1);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING, response + ": no such file, expected an answer", e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  private static TrustedTime checked(Path file, Judgement judged) {
    for (Verdict.Check check : judged.checks()) {
      if (!check.passed()) {
        throw new CommandException(
            check.reason().exit(), "%s: %s; nothing was added".formatted(file, check.message()));
      }
    }
    TrustedTime time = judged.time();
    if (time == null) {
      throw new CommandException(
          ExitCode.UNTRUSTED,
          "%s: %s; nothing was added".formatted(file, String.join("; ", judged.notPerformed())));
    }
    return time;
  }

  private static void write(Path path, Sidecar stamped) {
    byte[] bytes = stamped.toBytes();
    try {
      Sidecar.parse(bytes);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: has no room: %s".formatted(path, e.getMessage()), e);
    }
    try {
      AtomicFile.write(path, bytes);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private static CommandException cannotWrite(Path path, IOException e) {
    return new CommandException(
        ExitCode.CANNOT_WRITE, "%s: cannot be written: %s".formatted(path, Reason.of(e)), e);
  }

  private void say(String line) {
    if (format == Format.human) {
      spec.commandLine().getOut().println(Text.oneLine(line));
    }
  }
}
