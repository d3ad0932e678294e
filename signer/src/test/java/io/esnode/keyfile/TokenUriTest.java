package io.esnode.keyfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signer.KeyFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenUriTest {
  @Test
  void everyPartIsReadAndDecoded() throws KeyFileException {
    TokenUri uri = TokenUri.parse(
        "pkcs11:object=seal%20key;token=site%C3%A9?pin-source=file:///etc/pin&module-path=/lib/p11.so");

    assertThat(uri)
        .isEqualTo(new TokenUri("siteé", "seal key", Path.of("/lib/p11.so"), Path.of("/etc/pin")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/etc/pin", "file:///etc/pin", "/etc/pin"})
  void pinSourceIsAFileInAnyForm(String source) throws KeyFileException {
    assertThat(TokenUri.parse("pkcs11:token=t;object=o?module-path=/m&pin-source=" + source)
            .pinSource())
        .isEqualTo(Path.of("/etc/pin"));
  }

  @Test
  void pinInTheAddressIsRefusedAndNotRepeated() {
    assertThatThrownBy(
            () -> TokenUri.parse("pkcs11:token=t;object=o?module-path=/m&pin-value=271828"))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("pin-source=file:")
        .hasMessageNotContaining("271828");
  }

  @ParameterizedTest
  @CsvSource({
    "pkcs11:, token is missing",
    "pkcs11:token=t?module-path=/m, object is missing",
    "pkcs11:token=t;object=o, module-path is missing",
    "pkcs11:token=t;object=o?module-path=m.so, not an absolute path",
    "pkcs11:token=t;token=u;object=o?module-path=/m, twice",
    "pkcs11:token=t;object=o;slot-id=3?module-path=/m, another attribute",
    "pkcs11:token=t;id=%01?module-path=/m, give object=LABEL",
    "pkcs11:token=;object=o?module-path=/m, empty",
    "pkcs11:token=%0a;object=o?module-path=/m, control",
    "pkcs11:token=%f;object=o?module-path=/m, two hex digits",
    "pkcs11:token=%ff;object=o?module-path=/m, not UTF-8",
    "pkcs11:token=t;object=o?module-path=/m&pin-source=|cat, not an absolute path",
    "'pkcs11:token=a b;object=o?module-path=/m', written as %XX"
  })
  void otherAddressesAreRefused(String uri, String expected) {
    assertThatThrownBy(() -> TokenUri.parse(uri))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("--key pkcs11: ")
        .hasMessageContaining(expected);
  }

  @FuzzTest
  void anyTextIsAddressOrKeyFileException(byte[] data) {
    try {
      TokenUri.parse("pkcs11:" + new String(data, StandardCharsets.UTF_8));
    } catch (KeyFileException refused) {
      return;
    }
  }
}
