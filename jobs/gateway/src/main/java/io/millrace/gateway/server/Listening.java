package io.millrace.gateway.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import java.util.Optional;

/**
 * Where the server listens, and how.
 *
 * @param host name or address to listen at
 * @param port 0 for one that the system chooses
 * @param tls for HTTPS; empty for HTTP
 * @param behindProxy whether the only one who reaches it is a proxy of ours, whose X-Forwarded-For,
 *     X-Forwarded-Proto and X-Forwarded-Host are then believed
 */
public record Listening(String host, int port, Optional<Tls> tls, boolean behindProxy) {
  /**
   * A server's key and certificate.
   *
   * @param keyStore PKCS #12 or JKS
   * @param password of the store and of its key
   */
  public record Tls(Path keyStore, String password) {
    /**
     * Looks whether there is a key that can be used, before anybody connects.
     *
     * @throws IOException if there is none; says why
     */
    void requireKey() throws IOException {
      try {
        KeyStore store = KeyStore.getInstance(keyStore.toFile(), password.toCharArray());
        boolean any = false;
        for (String alias : Collections.list(store.aliases())) {
          if (store.entryInstanceOf(alias, KeyStore.PrivateKeyEntry.class)) {
            store.getKey(alias, password.toCharArray());
            any = true;
          }
        }
        if (any) {
          return;
        }
      } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
        throw new IOException(
            "the key store %s cannot be used: %s; it has to be PKCS #12 or JKS, and the password that of the store and of its key"
                .formatted(keyStore, e.getMessage()),
            e);
      }
      throw new IOException(
          "the key store %s has no key; put the server's key and certificate into it"
              .formatted(keyStore));
    }
  }
}
