package io.esnode.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed. */
public final class Trust {
  private Trust() {}

  /**
   * Certificates that lead to these, and no others.
   *
   * @param pem certificates; null for those this Java trusts
   */
  public static SSLSocketFactory of(@Nullable String pem) throws HttpException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(pem == null ? null : anchors(pem));
      context.init(null, factory.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new HttpException("the CA's certificates cannot be read", e);
    }
  }

  private static KeyStore anchors(String pem) throws GeneralSecurityException, IOException {
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    int number = 0;
    for (Certificate each : CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
      anchors.setCertificateEntry("ca-" + number++, each);
    }
    if (number == 0) {
      throw new HttpException("no certificate");
    }
    return anchors;
  }
}
