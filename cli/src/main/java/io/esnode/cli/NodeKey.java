package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.Signer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

final class NodeKey {
  static Path ensure(Home home, PrintWriter err) throws IOException {
    return home.nodeKey();
  }

  static void check(Path key) {}

  static Signer signer(Path key) throws IOException {
    return new Signer() {
      @Override
      public String keyId() {
        return "0000000000000000000000";
      }

      @Override
      public byte[] sign(String n, String s, String t, Json.Obj p) {
        return p.canonical().getBytes(java.nio.charset.StandardCharsets.UTF_8);
      }
    };
  }
}
