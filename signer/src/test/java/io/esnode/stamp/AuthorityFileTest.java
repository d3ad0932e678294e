package io.esnode.stamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signer.KeyFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityFileTest {
  private static final TestAuthority LAB = new TestAuthority("lab");

  @TempDir
  Path dir;

  static String pem(X509Certificate... certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      text.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(TestAuthority.der(certificate)))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return text.toString();
  }

  @Test
  void rootIsLastHoweverTheFileIsOrdered() throws Exception {
    for (String text : List.of(pem(LAB.root, LAB.leaf), pem(LAB.leaf, LAB.root))) {
      Path file = Files.writeString(dir.resolve("tsa.pem"), text);

      assertThat(AuthorityFile.load(file))
          .containsExactly(TestAuthority.der(LAB.leaf), TestAuthority.der(LAB.root));
    }
  }

  @Test
  void chainsOfTwoAuthoritiesInOneFileAreRefused() {
    assertThatThrownBy(() -> parse(pem(LAB.root, new TestAuthority("other").root)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("tsa.pem: found 2 certificates")
        .hasMessageContaining("one chain");
  }

  @Test
  void whatIsNoCertificateIsRefused() {
    for (String text : List.of(
        "",
        "-----BEGIN PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        pem(LAB.root).substring(0, 200),
        pem(LAB.root) + " ".repeat(300_000))) {
      assertThatThrownBy(() -> parse(text)).isInstanceOf(KeyFileException.class);
    }
    assertThatThrownBy(() -> AuthorityFile.load(dir.resolve("none.pem")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("no such file");
  }

  private static List<byte[]> parse(String text) throws KeyFileException {
    return AuthorityFile.parse("tsa.pem", text.getBytes(StandardCharsets.UTF_8));
  }

  @FuzzTest
  void anyBytesAreCertificatesOrRefused(byte[] data) {
    try {
      assertThat(AuthorityFile.parse("tsa.pem", data)).isNotEmpty();
    } catch (KeyFileException refused) {
      return;
    }
  }
}
