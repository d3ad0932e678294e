package io.esnode.keyless;

import io.esnode.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Files for tests of other modules, which find this class by its name. */
public final class MadeBundles {
  private MadeBundles() {}

  /**
   * Writes {@code trusted_root.json}, another's {@code other_root.json}, a file {@code note} with the bundles
   * {@code note.sigstore.json} (statement), {@code plain.json} and {@code keyed.json} with {@code key.pub}, and
   * {@code unlogged.json} without the log entry.
   */
  public static void write(Path directory) throws IOException {
    PrivateSigstore sigstore = new PrivateSigstore();
    write(directory.resolve("trusted_root.json"), sigstore.trustedRoot());
    write(directory.resolve("other_root.json"), new PrivateSigstore().trustedRoot());
    Files.write(directory.resolve("note"), BundleMaker.FILE);
    write(
        directory.resolve("note.sigstore.json"),
        BundleMaker.enveloped(sigstore).kind("dsse 0.0.2").make());
    write(directory.resolve("plain.json"), BundleMaker.plain(sigstore).make());
    BundleMaker keyed = BundleMaker.plain(sigstore);
    keyed.keyed = true;
    write(directory.resolve("keyed.json"), keyed.make());
    write(
        directory.resolve("unlogged.json"),
        Edit.remove(keyed.make(), "verificationMaterial.tlogEntries"));
    Files.writeString(
        directory.resolve("key.pub"),
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getEncoder()
                .encodeToString(keyed.signer.key().getPublic().getEncoded())));
  }

  private static void write(Path file, Json.Obj json) throws IOException {
    Files.writeString(file, json.canonical(), StandardCharsets.UTF_8);
  }
}
