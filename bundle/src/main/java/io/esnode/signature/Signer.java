package io.esnode.signature;

import io.esnode.json.Json;
import java.io.IOException;

/** Signs statements. Implementations say whether they are thread-safe. */
public interface Signer {
  /** Hex SHA-256 of the SubjectPublicKeyInfo of the key that signs. */
  String keyId();

  /**
   * Signs an in-toto Statement v1 about one file.
   *
   * @param subjectName file name, without a path
   * @param subjectSha256 hex SHA-256 of the file's bytes
   * @return the bytes of the sidecar file
   * @throws IOException if the key cannot be used
   */
  byte[] sign(String subjectName, String subjectSha256, String predicateType, Json.Obj predicate)
      throws IOException;
}
