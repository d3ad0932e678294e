package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;
import io.esnode.signer.SigningKey;
import io.esnode.signer.VerifyingKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key in a PKCS#11 token, through the JDK's SunPKCS11: ECDSA P-256, since that provider has no Ed25519. The token must hold
 * a certificate with the key's CKA_ID, or Java does not see the key.
 *
 * <p>The library stays loaded, and the session logged in, as long as the process lives.
 */
public final class Token {
  private static final Object STANDARD_OUTPUT = new Object();
  private static final int MAX_SLOTS = 64;
  private static final Pattern LABEL =
      Pattern.compile("(?m)^Token info for token in slot \\d+:\\R  label: ([^\\r\\n]*)$");
  private static final Pattern FEWER_SLOTS =
      Pattern.compile("slotListIndex is \\d+ but token only");
  private static final Pattern IN_QUOTES = Pattern.compile("[^\"\\\\\\p{Cntrl}]+");

  private Token() {}

  /**
   * The key, ready to sign; it is tried once.
   *
   * @param pin asked only if the address has no pin-source
   * @param standardOutput of this process, into which the JDK prints which token it found: it is held back while that is so
   */
  public static SigningKey open(TokenUri uri, Passphrases pin, PrintStream standardOutput)
      throws IOException {
    Provider provider = provider(uri, standardOutput);
    Path source = uri.pinSource();
    char[] secret = source == null ? pin.of(uri.toString()) : PassphraseFile.read(source);
    try {
      KeyStore store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, secret);
      return key(uri, provider, store);
    } catch (IOException | GeneralSecurityException | ProviderException e) {
      if (e instanceof KeyFileException refused) {
        throw refused;
      }
      throw new KeyFileException(
          "%s: %s".formatted(uri, reason(e, source == null ? "the PIN" : "the PIN in " + source)),
          e);
    } finally {
      Arrays.fill(secret, '\0');
    }
  }

  private static SigningKey key(TokenUri uri, Provider provider, KeyStore store)
      throws GeneralSecurityException, IOException {
    List<String> aliases = Collections.list(store.aliases());
    if (!aliases.contains(uri.object()) || !store.isKeyEntry(uri.object())) {
      List<String> keys =
          aliases.stream().filter(alias -> isKey(store, alias)).sorted().toList();
      throw new KeyFileException(
          "%s: no such key with a certificate beside it (same CKA_ID), without which Java cannot see a key; put a self-signed one there, see docs/how-to/keep-keys.md. Keys seen: %s"
              .formatted(uri, keys.isEmpty() ? "none" : visible(String.join(", ", keys))));
    }
    Certificate certificate = store.getCertificate(uri.object());
    if (certificate == null
        || !(store.getKey(uri.object(), null) instanceof PrivateKey key)
        || !key.getAlgorithm().equals("EC")) {
      throw new KeyFileException(
          "%s: found another key, expected ECDSA P-256, which is what Java can use of a token"
              .formatted(uri));
    }
    VerifyingKey published =
        VerifyingKey.ofSpki(uri.toString(), certificate.getPublicKey().getEncoded());
    return SigningKey.held(uri.toString(), key, provider, published);
  }

  private static boolean isKey(KeyStore store, String alias) {
    try {
      return store.isKeyEntry(alias);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The provider of the token with that label; no other token is logged in to, so that none loses a try of its PIN. */
  private static Provider provider(TokenUri uri, PrintStream standardOutput)
      throws KeyFileException {
    Path module = uri.module();
    if (!Files.isReadable(module) || !IN_QUOTES.matcher(module.toString()).matches()) {
      throw new KeyFileException(
          "%s: module-path: not a library that can be read; name the token's PKCS#11 library"
              .formatted(uri));
    }
    Set<String> labels = new TreeSet<>();
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      try {
        Provider provider = configured(module, slot, said, standardOutput);
        Matcher label = LABEL.matcher(said.toString(StandardCharsets.UTF_8));
        if (label.find()) {
          labels.add(label.group(1).strip());
          if (label.group(1).strip().equals(uri.token())) {
            return provider;
          }
        }
      } catch (ProviderException | UnsupportedOperationException e) {
        String why = causes(e);
        if (FEWER_SLOTS.matcher(why).find()) {
          break;
        }
        if (!why.contains("CKR_TOKEN_NOT_")) {
          throw new KeyFileException("%s: %s cannot be used: %s".formatted(uri, module, why), e);
        }
      }
    }
    throw new KeyFileException("%s: no such token; found %s"
        .formatted(uri, labels.isEmpty() ? "none" : visible(String.join(", ", labels))));
  }

  /** The JDK says which token it found nowhere but on standard output. */
  private static Provider configured(
      Path module, int slot, ByteArrayOutputStream said, PrintStream standardOutput)
      throws KeyFileException {
    Provider template = Security.getProvider("SunPKCS11");
    if (template == null) {
      throw new KeyFileException(
          "this Java has no SunPKCS11 (module jdk.crypto.cryptoki); use a complete JRE");
    }
    synchronized (STANDARD_OUTPUT) {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      try {
        return template.configure(
            "--name = esnode-%d\nlibrary = \"%s\"\nslotListIndex = %d\nshowInfo = true\n"
                .formatted(slot, module, slot));
      } finally {
        System.setOut(standardOutput);
      }
    }
  }

  private static String reason(Throwable failure, String pin) {
    String causes = causes(failure);
    if (causes.contains("CKR_PIN_INCORRECT") || causes.contains("CKR_PIN_LEN_RANGE")) {
      return pin + " is wrong; a token locks after a few wrong ones";
    }
    return causes.contains("CKR_PIN_LOCKED") ? pin + " is locked" : causes;
  }

  private static String causes(Throwable failure) {
    StringBuilder causes = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      causes.append(causes.isEmpty() ? "" : ": ").append(t.getMessage());
    }
    return visible(causes.toString());
  }

  private static String visible(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
