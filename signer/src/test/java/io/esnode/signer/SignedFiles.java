package io.esnode.signer;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/** Makes signed files for {@code bench/verify}: {@code DIR KEY NAME SIZE_MB [COUNT]}. */
final class SignedFiles {
  private static final int BLOCK = 1 << 20;

  private SignedFiles() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    SidecarSigner signer = new SidecarSigner(SigningKey.load(Path.of(args[1])));
    int count = args.length > 4 ? Integer.parseInt(args[4]) : 0;
    if (count == 0) {
      sign(signer, directory.resolve(args[2]), large(directory.resolve(args[2]), args[3]));
    }
    for (int i = 0; i < count; i++) {
      Path file = Files.writeString(
          directory.resolve("%s%05d".formatted(args[2], i)), "{\"number\":%d}".formatted(i));
      sign(signer, file, Sha256.hex(Files.readAllBytes(file)));
    }
  }

  private static String large(Path file, String megabytes) throws IOException {
    byte[] block = new byte[BLOCK];
    new Random(1).nextBytes(block);
    MessageDigest digest = Sha256.digest();
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < Integer.parseInt(megabytes); i++) {
        block[0] = (byte) i;
        out.write(block);
        digest.update(block);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void sign(SidecarSigner signer, Path file, String sha256) throws IOException {
    SidecarFile.write(
        file,
        signer.sign(
            String.valueOf(file.getFileName()),
            sha256,
            PredicateType.FILE,
            Json.object().put("reason", "bench/verify").build()));
  }
}
