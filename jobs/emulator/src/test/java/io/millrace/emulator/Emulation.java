package io.millrace.emulator;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.millrace.gateway.facility.Patience;
import io.millrace.gateway.facility.SuperfacilityApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** An emulator, and a client that it lets in. */
final class Emulation implements AutoCloseable {
  static final String CLIENT = "abcdefghijklm";
  static final String MACHINE = "perlmutter";

  /** Of a test. */
  static final Patience PATIENCE =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofMillis(500),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(3));

  private final HttpClient http = HttpClient.newHttpClient();
  private final RSAKey key;
  private final Path folder;
  final EmulatorServer server;

  /**
   * @param folder for the key
   * @param root of the emulator
   * @param environment of Slurm's commands
   */
  Emulation(Path folder, Path root, Map<String, String> environment) throws Exception {
    this.folder = folder;
    key = new RSAKeyGenerator(2048).generate();
    server = new EmulatorServer(root, 0, MACHINE, CLIENT, key.toRSAPublicKey(), environment);
  }

  SuperfacilityApi client() throws Exception {
    return client(key);
  }

  SuperfacilityApi client(RSAKey with) throws Exception {
    Path file = folder.resolve("key.pem");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        "%s\n-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(
                CLIENT,
                Base64.getMimeEncoder().encodeToString(with.toRSAPrivateKey().getEncoded())));
    return SuperfacilityApi.open(
        Map.of(
            "api",
            server.address() + EmulatorServer.API,
            "token",
            server.address() + EmulatorServer.TOKEN,
            "machine",
            MACHINE,
            "key",
            file.toString()),
        PATIENCE);
  }

  /** Orders troubles. */
  void order(String json) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server.address() + EmulatorServer.FAULTS))
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
