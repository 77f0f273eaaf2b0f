package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Path file(String content, String permissions) throws IOException {
    Path file = folder.resolve("credentials");
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void onlyWhoHasThemReadsOurNodes() throws Exception {
    Credentials credentials = Credentials.read(file("millrace:lattice\n", "rw-------"));
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, folder.resolve("zk"))) {
      String address = "127.0.0.1:" + server.port();
      try (ZooKeeperConnection owner =
              ZooKeeperConnection.open(address, TIMEOUT, Optional.of(credentials));
          ZooKeeperConnection colleague =
              ZooKeeperConnection.open(address, TIMEOUT, Optional.of(credentials));
          ZooKeeperConnection stranger =
              ZooKeeperConnection.open(address, TIMEOUT, Optional.empty());
          ZooKeeperConnection guesser =
              ZooKeeperConnection.open(
                  address, TIMEOUT, Optional.of(new Credentials("millrace:grid")))) {
        new Sessions(owner).create("s", Map.of());
        assertThat(new Sessions(colleague).find("s")).isPresent();
        for (ZooKeeperConnection other : new ZooKeeperConnection[] {stranger, guesser}) {
          assertThatThrownBy(() -> new Sessions(other).find("s"))
              .isInstanceOf(IOException.class)
              .hasCauseInstanceOf(KeeperException.NoAuthException.class);
        }
      }
    }
  }

  @Test
  void aFileThatOthersMayReadIsRefused() throws IOException {
    Path file = file("millrace:lattice", "rw-r-----");
    assertThatThrownBy(() -> Credentials.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("chmod 600");
  }

  @Test
  void somethingElseInTheFileIsRefusedWithoutSayingIt() throws IOException {
    Path file = file("lattice", "rw-------");
    assertThatThrownBy(() -> Credentials.read(file))
        .hasMessageContaining("name:password")
        .hasMessageNotContaining("lattice");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Credentials.read(folder.resolve("nowhere")))
        .hasMessageContaining("nowhere")
        .hasMessageContaining(ZooKeeperConnection.CREDENTIALS);
  }

  @Test
  void thePasswordIsNotInTheText() {
    assertThat(new Credentials("millrace:lattice")).hasToString("millrace:...");
  }
}
